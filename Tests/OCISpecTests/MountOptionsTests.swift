import Testing

@testable import OCISpec

@Suite struct MountOptionsTests {
  struct Row: Sendable {
    let words: [String]
    var set: MountAttributes = []
    var clear: MountAttributes = []
  }

  static let rows: [Row] = [
    Row(words: ["nosuid"], set: .nosuid), Row(words: ["suid"], clear: .nosuid),
    Row(words: ["nodev"], set: .nodev), Row(words: ["dev"], clear: .nodev),
    Row(words: ["noexec"], set: .noexec), Row(words: ["exec"], clear: .noexec),
    Row(words: ["nodiratime"], set: .nodiratime), Row(words: ["diratime"], clear: .nodiratime),
    Row(words: ["nosymfollow"], set: .nosymfollow), Row(words: ["symfollow"], clear: .nosymfollow),
    Row(words: ["noatime"], set: .noatime, clear: .atime), Row(words: ["atime"], clear: .atime),
    Row(words: ["strictatime"], set: .strictatime, clear: .atime), Row(words: ["nostrictatime"], clear: .atime),
    Row(words: ["relatime"], clear: .atime), Row(words: ["norelatime"]),
    Row(words: ["noatime", "strictatime"], set: .strictatime, clear: .atime),
    Row(words: ["strictatime", "relatime"], clear: .atime),
    Row(words: ["noatime", "atime"], clear: .atime),
    Row(words: ["strictatime", "atime"], set: .strictatime, clear: .atime),
    Row(words: ["noatime", "nostrictatime"], set: .noatime, clear: .atime),
    Row(words: ["nosuid", "suid", "nodev"], set: .nodev, clear: .nosuid),
    Row(words: ["defaults"]),
  ]

  @Test(arguments: rows)
  func setsAttributes(_ row: Row) {
    let plain = MountOptions.parse(row.words)
    #expect(plain.set == row.set && plain.clear == row.clear)
    #expect(plain.recursiveAttributes.isEmpty && plain.data.isEmpty)
    #expect(plain.superblockSet.isEmpty && plain.superblockClear.isEmpty)
    guard row.words != ["defaults"] else { return }
    let recursive = MountOptions.parse(row.words.map { "r\($0)" })
    #expect(recursive.recursiveSet == row.set && recursive.recursiveClear == row.clear)
    #expect(recursive.attributes.isEmpty && recursive.data.isEmpty)
  }

  @Test func numbersAreTheKernels() {
    #expect(MountAttributes.readonly.rawValue == 1 && MountAttributes.nosuid.rawValue == 2)
    #expect(MountAttributes.nodev.rawValue == 4 && MountAttributes.noexec.rawValue == 8)
    #expect(MountAttributes.nodiratime.rawValue == 0x80 && MountAttributes.nosymfollow.rawValue == 0x20_0000)
    #expect(MountAttributes.atime.isSuperset(of: [.noatime, .strictatime]))
  }

  static let flags: [(String, SuperblockFlags, SuperblockFlags)] = [
    ("sync", .synchronous, []), ("async", [], .synchronous), ("dirsync", .dirsync, []),
    ("lazytime", .lazytime, []), ("nolazytime", [], .lazytime), ("mand", .mandatoryLocks, []),
    ("nomand", [], .mandatoryLocks), ("iversion", .iversion, []), ("noiversion", [], .iversion), ("silent", .silent, []),
    ("loud", [], .silent), ("ro", .readonly, []), ("rw", [], .readonly),
  ]

  @Test(arguments: flags)
  func setsSuperblockFlags(_ word: String, _ set: SuperblockFlags, _ clear: SuperblockFlags) {
    let options = MountOptions.parse([word])
    #expect(options.superblockSet == set && options.superblockClear == clear && options.data.isEmpty)
  }

  @Test func readonlyIsBothAnAttributeAndAFlag() {
    #expect(MountOptions.parse(["ro"]).set == .readonly)
    #expect(MountOptions.parse(["ro", "rw"]).clear == .readonly)
    #expect(MountOptions.parse(["ro", "rw"]).set.isEmpty)
    #expect(MountOptions.parse(["ro", "rw"]).superblockSet.isEmpty)
    let recursive = MountOptions.parse(["rro"])
    #expect(recursive.recursiveSet == .readonly && recursive.superblockSet.isEmpty && recursive.attributes.isEmpty)
    #expect(MountOptions.parse(["rrw"]).recursiveClear == .readonly)
  }

  @Test func knowsBinds() {
    #expect(MountOptions.parse(["bind"]).isBind && !MountOptions.parse(["bind"]).isRecursive)
    #expect(MountOptions.parse(["rbind"]).isBind && MountOptions.parse(["rbind", "bind"]).isRecursive)
    #expect(!MountOptions.parse(["ro"]).isBind)
    #expect(MountOptions.parse(["remount"]).isRemount)
  }

  @Test func knowsPropagation() {
    let both = MountOptions.parse(["rslave", "private"]).propagation
    #expect(both == [Propagation(.slave, isRecursive: true), Propagation(.private)])
    for word in Propagation.allCases { #expect(MountOptions.parse([word.rawValue]).propagation == [word]) }
    #expect(Propagation.allCases.count == 8)
    #expect(Propagation(rawValue: "rrshared") == nil)
  }

  @Test func leavesTheRestToTheFileSystem() {
    let options = MountOptions.parse(["nosuid", "mode=755", "size=65536k", "ptmxmode=0666", "mode=0700", "tmpcopyup", "RO"])
    #expect(options.data == ["mode=755", "size=65536k", "ptmxmode=0666", "mode=0700", "RO"])
    #expect(options.tmpcopyup)
  }

  @Test func knowsIDMapping() {
    #expect(MountOptions.parse([]).idMapping == .none)
    #expect(MountOptions.parse(["idmap"]).idMapping == .idmap)
    #expect(MountOptions.parse(["ridmap"]).idMapping == .ridmap)
  }

  @Test func knownIsSortedAndComplete() {
    let known = MountOptions.known
    #expect(known == known.sorted() && Set(known).count == known.count)
    // config.md's table word by word, and rnodev, which is missing there but listed in features.md.
    let spec = """
      async atime bind defaults dev diratime dirsync exec idmap iversion lazytime loud mand noatime nodev nodiratime noexec
      noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime
      remount rexec ridmap rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate
      rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid
      symfollow sync tmpcopyup unbindable
      """
    let ofCrun = ["copy-symlink", "dest-nofollow", "src-nofollow"]
    #expect(known == (spec.split { $0 == " " || $0 == "\n" }.map(String.init) + ofCrun).sorted())
    for word in known { #expect(MountOptions.parse([word]).data.isEmpty) }
  }
}
