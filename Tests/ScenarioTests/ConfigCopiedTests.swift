import Foundation
import Testing

extension Scenarios {
  /// runtime.md "Lifecycle": what is in config.json after `create` has no effect on the container.
  @Suite struct ConfigCopied {
    @Test func aChangeAfterCreateChangesNothing() throws {
      let bundle = try Bundle(shell: "echo first")
      try withContainer(bundle) { container in
        bundle.config["process.args"] = ["echo", "second"]
        bundle.config["annotations", "new"] = "one"
        try bundle.write()
        #expect(try container.runtime.state(container.id)?["annotations", "new"] == nil)
        try container.startAndFinish()
        #expect(container.stdout == "first\n")
      }
    }

    @Test(arguments: ["not JSON", ""])
    func noVerbReadsItAgain(text: String) throws {
      let bundle = try Bundle(shell: "echo first; sleep 100")
      try withContainer(bundle) { container in
        if text.isEmpty { unlink(bundle.configPath) } else { try File.write(text, to: bundle.configPath) }
        try container.start()
        try Harness.waitUntil("it has spoken") { container.stdout == "first\n" }
        #expect(try container.status() == "running")
        // runc's `exec` takes what it is not told from the bundle's file; apus has none yet.
        if Runtime.isCrun { expectSuccess(try container.exec(["true"])) }
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        expectSuccess(try container.runtime("delete", container.id))
      }
    }

    @Test(arguments: ["poststart", "poststop"])
    func theHooksAreThoseOfCreate(kind: String) throws {
      let bundle = try Bundle()
      let mark = "\(bundle.directory.path)/mark"
      func hook(_ text: String) -> Value { [["path": "/bin/sh", "args": ["sh", "-c", .string("echo \(text) > \(mark)")]]] }
      bundle.config["hooks", kind] = hook("first")
      try withContainer(bundle) { container in
        bundle.config["hooks", kind] = hook("second")
        try bundle.write()
        try container.startAndFinish()
        expectSuccess(try container.runtime("delete", container.id))
        #expect(File.text(mark) == "first\n")
      }
    }
  }
}
