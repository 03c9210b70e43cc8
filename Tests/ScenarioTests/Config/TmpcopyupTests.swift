import Foundation
import Testing

extension Scenarios {
  /// The mount option `tmpcopyup`: a tmpfs that begins as what it covers.
  @Suite struct Tmpcopyup {
    static func bundle(_ line: String) throws -> Bundle {
      let bundle = try Bundle(shell: line)
      bundle.addMount("/data", type: "tmpfs", source: "tmpfs", ["tmpcopyup"])
      let data = "\(bundle.rootfs)/data"
      try File.makeDirectory("\(data)/deep/er")
      try File.write("one\n", to: "\(data)/one", mode: 0o604)
      try File.write("two\n", to: "\(data)/deep/er/two", mode: 0o755)
      for arguments in [["ln", "-s", "one", "\(data)/link"], ["chown", "1000:2000", "\(data)/one"], ["chmod", "1777", data]] {
        expectSuccess(try Spawned.run(arguments))
      }
      return bundle
    }

    @Test func theContentsAreThere() throws {
      let text = try output(
        of: Self.bundle(
          "cat /data/one /data/deep/er/two; readlink /data/link; stat -c '%a %u:%g' /data/one /data/deep/er/two /data"))
      #expect(text == "one\ntwo\none\n604 1000:2000\n755 0:0\n1777 0:0\n")
    }

    @Test func itIsATmpfs() throws {
      #expect(try mounts(of: Self.bundle("")).top(at: "/data").fileSystem == "tmpfs")
    }

    @Test func theImageStaysAsItWas() throws {
      let bundle = try Self.bundle("echo changed > /data/one; rm -r /data/deep; touch /data/new; ls /data")
      #expect(try output(of: bundle) == "link\nnew\none\n")
      #expect(File.text("\(bundle.rootfs)/data/one") == "one\n")
      #expect(File.names(in: "\(bundle.rootfs)/data") == ["deep", "link", "one"])
    }

    @Test func aReadonlyOneIsFilledAllTheSame() throws {
      let bundle = try Self.bundle("cat /data/one; touch /data/new")
      let last = (bundle.config["mounts"]?.array?.count ?? 1) - 1
      bundle.config["mounts.\(last).options"] = ["tmpcopyup", "ro"]
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "one\n" && outcome.stderr.contains("Read-only file system"), "\(outcome)")
    }
  }
}
