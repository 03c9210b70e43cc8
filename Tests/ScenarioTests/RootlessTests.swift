import Foundation
import Testing

extension Scenarios {
  /// An ordinary user, who may make a user namespace but not what a container takes beside it.
  @Suite(.enabled(if: Runtime.isApus, "peers run some containers of ordinary users"), .enabled(if: Host.has(program: "setpriv")))
  struct Rootless {
    /// At once and by name, not in the middle by the errno of whatever happens to be the first to fail.
    @Test(arguments: ["create", "run"]) func isRefused(verb: String) throws {
      let user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
      let bundle = try Bundle()
      let runtime = try Runtime()
      for path in [runtime.directory.path, bundle.directory.path] { chmod(path, 0o777) }
      try bundle.write()
      let outcome = try assertNothingLeft(by: runtime) {
        try runtime.spawn([verb, "--bundle", bundle.path, TemporaryDirectory.newID()], wrapper: user).wait()
      }
      expectFailure(outcome, saying: "rootless containers are not supported", "uid 65534")
      #expect(!File.exists(runtime.root))
    }
  }
}
