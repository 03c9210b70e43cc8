import Foundation
import Testing

extension Scenarios {
  /// `create [flags] ID`: runtime.md "Create".
  @Suite struct Create {
    @Test func doesNotRunTheProcess() throws {
      let bundle = try Bundle(shell: "echo ran > /ran")
      try withContainer(bundle) { container in
        #expect(try container.status() == "created")
        #expect(!File.exists("\(bundle.rootfs)/ran"))
        try container.startAndFinish()
        #expect(File.text("\(bundle.rootfs)/ran") == "ran\n")
      }
    }

    @Test func saysNothing() throws {
      try withContainer(try Bundle()) { container in
        #expect(container.stdout == "")
        #expect(container.stderr == "")
      }
    }

    /// An engine reads the pipe it gave to `create` until its end: only the container may hold it.
    @Test func onlyTheContainerHoldsItsOutput() throws {
      let bundle = try Bundle(shell: "echo from inside; sleep 0.2")
      let runtime = try Runtime()
      let pipe = try Spawned.makePipe()
      defer { close(pipe.read) }
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        let creation = try runtime.spawn(["create", "--bundle", bundle.path, id], output: pipe.write)
        close(pipe.write)
        expectSuccess(try creation.wait())
        expectSuccess(try runtime("start", id))
        let text = try Self.readToEnd(pipe.read)
        #expect(text == "from inside\n")
        try Harness.waitUntil("stopped") { try runtime.status(id) == "stopped" }
      }
    }

    @Test func theBundleIsTheWorkingDirectoryUnlessGiven() throws {
      let bundle = try Bundle(["sleep", "100"])
      let runtime = try Runtime()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        expectSuccess(try runtime("create", id, directory: bundle.path))
        #expect(try runtime.state(id)?["bundle"]?.string == bundle.path)
      }
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun keeps it as given, and knows no single dash"),
      arguments: [["-b", "bundle"], ["--bundle", "./bundle"], ["--bundle=bundle"], ["-bundle", "bundle"], ["-b=bundle"]])
    func aRelativeBundleIsMadeAbsolute(flags: [String]) throws {
      let bundle = try Bundle(["sleep", "100"])
      let runtime = try Runtime()
      try bundle.write()
      try assertNothingLeft(by: runtime) {
        let id = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(id) }
        let creation = try runtime.spawn(["create"] + flags + [id], directory: bundle.directory.path)
        expectSuccess(try creation.wait())
        #expect(try runtime.state(id)?["bundle"]?.string == bundle.path)
      }
    }

    @Test func aUsedIDIsRefusedAndItsContainerUnharmed() throws {
      let bundle = try Bundle(shell: "echo first")
      try withContainer(bundle) { container in
        let other = try Bundle(shell: "echo second")
        let outcome = try container.runtime.create(container.id, other)
        expectFailure(outcome, saying: Runtime.isCrun ? "already exists" : "container with given ID already exists")
        #expect(try container.status() == "created")
        try container.startAndFinish()
        #expect(container.stdout == "first\n")
      }
    }

    /// Of a stopped container too: its id is free only after `delete`.
    @Test func theIDOfAStoppedContainerIsRefused() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let outcome = try container.runtime.create(container.id, try Bundle())
        expectFailure(outcome, saying: "already exists")
        #expect(try container.status() == "stopped")
      }
    }

    @Test(.disabled(if: Runtime.isRunc, "runc does not lock: each may take the other's directory for its own and all fail"))
    func ofTwoAtOnceWithOneIDOneWins() throws {
      let bundle = try Bundle(["sleep", "100"])
      let runtime = try Runtime()
      try bundle.write()
      for _ in 0..<5 {
        try assertNothingLeft(by: runtime) {
          let id = TemporaryDirectory.newID()
          defer { runtime.deleteQuietly(id) }
          let racers = try (0..<4).map { _ in try runtime.spawn(["create", "--bundle", bundle.path, id]) }
          let outcomes = try racers.map { try $0.wait() }
          #expect(outcomes.filter(\.succeeded).count == 1, "\(outcomes)")
          for outcome in outcomes where !outcome.succeeded { expectFailure(outcome, saying: "exist") }
          #expect(try runtime.status(id) == "created")
          expectSuccess(try runtime("start", id))
        }
      }
    }

    @Test func manyAtOnce() throws {
      let runtime = try Runtime()
      let bundles = try (0..<8).map { try Bundle(shell: "echo \($0)") }
      try assertNothingLeft(by: runtime) {
        let ids = bundles.map { _ in TemporaryDirectory.newID() }
        defer { for id in ids { runtime.deleteQuietly(id) } }
        for bundle in bundles { try bundle.write() }
        let creations = try zip(ids, bundles).map { try runtime.spawn(["create", "--bundle", $1.path, $0]) }
        for creation in creations { expectSuccess(try creation.wait()) }
        let starts = try ids.map { try runtime.spawn(["start", $0]) }
        for start in starts { expectSuccess(try start.wait()) }
        for id in ids { try Harness.waitUntil("stopped") { try runtime.status(id) == "stopped" } }
        #expect(creations.map(\.stdout) == (0..<8).map { "\($0)\n" })
      }
    }

    @Test func theStateDirectoryIsForItsOwnerOnly() throws {
      try withContainer(try Bundle()) { container in
        var status = stat()
        #expect(stat(container.runtime.root, &status) == 0)
        #expect(status.st_mode & 0o077 == 0, "mode \(String(status.st_mode, radix: 8))")
      }
    }

    @Test func noProcessOfTheRuntimeRemains() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let pid = try container.pid
        let others = Orphans.descendants().filter { $0.pid != pid && $0.state != "Z" }
        #expect(others.isEmpty, "beside the container's process: \(others)")
      }
    }

    static func readToEnd(_ descriptor: Int32) throws -> String {
      var text = ""
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, Int32(10_000 * Host.patience)) > 0 else { throw HarnessError("no end of output after \(text)") }
        let count = read(descriptor, &buffer, buffer.count)
        if count <= 0 { return text }
        text += String(decoding: buffer[..<count], as: UTF8.self)
      }
    }
  }
}
