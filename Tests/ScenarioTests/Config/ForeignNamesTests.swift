import Foundation
import Testing

extension Scenarios {
  /// Names of files that are no UTF-8: any bytes but a slash and NUL.
  @Suite struct ForeignNames {
    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 copies nothing up")) func theyAreCopiedUp() throws {
      let line = """
        for i in /data/* /data/*/*; do printf '%s ' "$i" | od -An -tx1 | tr -d '\\n'; done
        cat /data/*/* /data/a*; readlink /data/l*
        """
      let bundle = try Bundle(shell: line)
      bundle.addMount("/data", type: "tmpfs", source: "tmpfs", ["tmpcopyup"])
      let data = "\(bundle.rootfs)/data"
      try File.makeDirectory(data)
      let made = """
        cd \(data) && echo file > "$(printf 'a\\377')" && mkdir "$(printf 'd\\376')" && echo inner > "$(printf 'd\\376/\\200')"
        ln -s "$(printf 'to\\377')" "$(printf 'l\\375')"
        """
      expectSuccess(try Spawned.run(["sh", "-c", made]))
      let text = try output(of: bundle)
      for name in ["61 ff", "64 fe", "64 fe 2f 80", "6c fd"] {
        #expect(text.contains(" 2f 64 61 74 61 2f \(name) 20"), "no \(name) in \(text)")
      }
      #expect(text.contains("inner\nfile\nto"), "\(text)")
    }

    @Test(.enabled(if: Runtime.isApus, "its state directory")) func theyAreRemovedFromTheStateDirectory() throws {
      let runtime = try Runtime()
      try withContainer(try Bundle(), runtime: runtime) { container in
        let name = "\"$(printf 'x\\377')\""
        let made = "cd \(runtime.root)/\(container.id) && mkdir \(name) && touch \(name)/\(name)"
        expectSuccess(try Spawned.run(["sh", "-c", made]))
        expectSuccess(try runtime("delete", "--force", container.id))
        #expect(!File.exists("\(runtime.root)/\(container.id)"))
      }
    }

    /// JSON is UTF-8: what is not must not become another argument or path.
    @Test(
      .enabled(if: Runtime.isApus, "peers put U+FFFD in its place"),
      arguments: [
        [0xff], [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],
        [0x80],
        Array(#"\ud800"#.utf8), Array(#"\ud800\u0041"#.utf8), Array(#"\udc00"#.utf8),
      ] as [[UInt8]])
    func aConfigThatIsNoUnicodeIsRefused(bytes: [UInt8]) throws {
      let bundle = try Bundle(["echo", "HERE"])
      try bundle.write()
      let (head, tail) = try #require(
        try bundle.config.text.range(of: "HERE").map { range in
          let text = try bundle.config.text
          return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
        })
      bundle.writesConfig = false
      try (Data(head.utf8) + Data(bytes) + Data(tail.utf8)).write(to: URL(fileURLWithPath: bundle.configPath))
      let line = head.split(separator: "\n", omittingEmptySubsequences: false).count
      expectFailure(try refusal(of: bundle), saying: "config.json:\(line):")
    }

    @Test func whatIsWrittenWithEscapesArrives() throws {
      let bundle = try Bundle()
      bundle.rawConfig = try bundle.config.text.replacingOccurrences(of: "\"true\"", with: #""echo", "\u00e9\ud83d\ude00\u2028""#)
      #expect(try output(of: bundle) == "é😀\u{2028}\n")
    }
  }
}
