import Foundation
import Testing

extension Scenarios {
  /// The runtime's own file, and what a container with every capability can do to it: CVE-2019-5736. See also ``OwnProgram``.
  @Suite(.enabled(if: Runtime.isApus, "asks for the way in which apus hides its file; peers have others")) struct RuntimesFile {
    private func state(of runtime: String, with bundle: Bundle, _ body: (pid_t) throws -> Void) throws {
      let store = try Runtime(), id = TemporaryDirectory.newID()
      try bundle.write()
      try assertNothingLeft(by: store) {
        defer { store.deleteQuietly(id) }
        expectSuccess(try Spawned.run([runtime, "--root", store.root, "create", "--bundle", bundle.path, id]))
        try body(pid_t(try #require(try store.state(id)?["pid"]?.int)))
      }
    }

    /// mount_setattr(2), open_tree(2), a second open: by a hook that may look into the process that still is the runtime.
    @Test(.enabled(if: Host.has(program: "cc"), "needs cc")) func itIsOutOfReachOfEveryCapability() throws {
      let bundle = try Bundle(), root = Runtime.packageRoot
      let built = try Spawned.run(
        ["cc", "-static", "-o", "\(bundle.rootfs)/bin/reach", "\(root)/conformance/attacks/reach.c"], timeout: 60)
      expectSuccess(built)
      bundle.setCapabilities(["CAP_SYS_PTRACE", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"])
      bundle.config["hooks"] = [
        "startContainer": [["path": "/bin/sh", "args": ["sh", "-c", "reach > /tmp/reach 2>&1; true"], "env": ["PATH=/bin"]]]
      ]
      try withContainer(bundle) { try $0.startAndFinish() }
      #expect(File.text("\(bundle.rootfs)/tmp/reach").hasSuffix("out of reach\n"), "\(File.text("\(bundle.rootfs)/tmp/reach"))")
    }

    /// A read-only mount of the host's is made writable again one day, so it is no protection.
    @Test func onAReadonlyMountItIsProtectedAllTheSame() throws {
      let directory = try TemporaryDirectory()
      try withHostTmpfs(at: "\(directory.path)/mount") {
        let runtime = "\(directory.path)/mount/apus"
        try FileManager.default.copyItem(atPath: Runtime.binary, toPath: runtime)
        expectSuccess(try Spawned.run(["mount", "-o", "remount,ro", "\(directory.path)/mount"]))
        try state(of: runtime, with: try Bundle()) { #expect(File.link("/proc/\($0)/exe") == "/") }
      }
    }

    /// Where no kernel can write, there is nothing to protect, and the runtime starts once.
    @Test(
      .enabled(
        if: File.text("/proc/filesystems").contains("\terofs\n") && File.exists("/dev/loop-control"),
        "no erofs, or no loop devices"))
    func onAFileSystemWithoutWritingItStartsOnce() throws {
      let directory = try TemporaryDirectory()
      let place = "\(directory.path)/mount"
      try File.makeDirectory(place)
      try Self.image(of: Data(contentsOf: URL(fileURLWithPath: Runtime.binary))).write(
        to: URL(fileURLWithPath: "\(directory.path)/image"))
      expectSuccess(try Spawned.run(["mount", "-t", "erofs", "-o", "loop,ro", "\(directory.path)/image", place]))
      defer { _ = try? Spawned.run(["umount", place]) }  // a mount that stays is found as left behind
      try state(of: "\(place)/apus", with: try Bundle()) { pid in
        #expect(File.link("/proc/\(pid)/exe") == "\(place)/apus")
        #expect(open("/proc/\(pid)/exe", O_WRONLY | O_CLOEXEC) == -1 && errno == EROFS, "\(File.errorText())")
      }
    }

    /// An ordinary user makes no mount. What root alone may write to is out of his reach and of his containers'; of all else it is
    /// a sealed copy that they see.
    @Test(
      .enabled(if: Host.has(program: "setpriv"), "needs util-linux"),
      arguments: [(owner: 0, mode: 0o755, isItself: true), (0, 0o775, false), (0, 0o757, false), (OrdinaryUser.id, 0o755, false)])
    func anOrdinaryUserStartsOnceFromAFileOfRoots(owner: Int, mode: Int, isItself: Bool) throws {
      let store = try OrdinaryUser.runtime(), id = TemporaryDirectory.newID()
      let file = "\(store.directory.path)/apus"
      try FileManager.default.copyItem(atPath: Runtime.binary, toPath: file)
      try #require(chown(file, uid_t(owner), 0) == 0 && chmod(file, mode_t(mode)) == 0, "\(File.errorText())")
      let contents = try Data(contentsOf: URL(fileURLWithPath: file))
      let bundle = try OrdinaryUser.bundle(["sleep", "100"])
      try bundle.write()
      try OrdinaryUser.own(bundle.directory.path)
      try assertNothingLeft(by: store) {
        defer { store.deleteQuietly(id) }
        expectSuccess(try Spawned.run(OrdinaryUser.become + [file, "--root", store.root, "create", "--bundle", bundle.path, id]))
        let pid = try #require(try store.state(id)?["pid"]?.int)
        #expect(File.link("/proc/\(pid)/exe") == (isItself ? file : "/memfd:apus (deleted)"))
        let writing = ["exec", id, "sh", "-c", "echo pwned >> /proc/1/exe"]
        let outcome = try Spawned.run(OrdinaryUser.become + [file, "--root", store.root] + writing)
        #expect(!outcome.succeeded && (!isItself || outcome.stderr.contains("Permission denied")), "\(outcome)")
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == contents)
    }

    /// A file system of type erofs with one file, `apus`: block 0 has the superblock, 1 the inodes, 2 the directory, the rest the file.
    private static func image(of program: Data) -> Data {
      let block = 4096, modeOfDirectory: UInt16 = 0o40755, modeOfFile: UInt16 = 0o100755
      var image = Data(count: block * 3)
      func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) { image.replaceSubrange(offset..<offset + MemoryLayout<T>.size, with: $0) }
      }
      let blocks = 3 + (program.count + block - 1) / block
      put(UInt32(0xe0f5_e1e2), at: 1024)
      put(UInt8(12), at: 1024 + 12)  // the size of a block, as a power of 2
      put(UInt16(1), at: 1024 + 14)  // the root is inode 1
      put(UInt64(2), at: 1024 + 16)
      put(UInt32(blocks), at: 1024 + 36)
      put(UInt32(1), at: 1024 + 40)  // inodes begin at block 1, of 32 bytes each
      for (number, mode, links, size, start) in [(1, modeOfDirectory, 2, 43, 2), (2, modeOfFile, 1, program.count, 3)] {
        let inode = block + number * 32
        put(mode, at: inode + 4)
        put(UInt16(links), at: inode + 6)
        put(UInt32(size), at: inode + 8)
        put(UInt32(start), at: inode + 16)
        put(UInt32(number), at: inode + 20)
      }
      var nameOffset = 36
      for (index, (name, inode, kind)) in [(".", 1, 2), ("..", 1, 2), ("apus", 2, 1)].enumerated() {
        let entry = block * 2 + index * 12
        put(UInt64(inode), at: entry)
        put(UInt16(nameOffset), at: entry + 8)
        put(UInt8(kind), at: entry + 10)
        image.replaceSubrange(block * 2 + nameOffset..<block * 2 + nameOffset + name.utf8.count, with: Data(name.utf8))
        nameOffset += name.utf8.count
      }
      image.append(program)
      image.append(Data(count: blocks * block - image.count))
      return image
    }
  }
}
