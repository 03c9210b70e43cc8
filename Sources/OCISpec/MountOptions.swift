/// A mount's option words, sorted out: config.md "Linux mount options" and mount(8).
package struct MountOptions: Equatable, Sendable {
  package enum IDMapping: Sendable { case none, idmap, ridmap }

  /// The mount is a bind: its type is a dummy.
  package var isBind = false
  /// A bind with everything mounted below the source.
  package var isRecursive = false
  package var isRemount = false
  /// For this mount alone.
  package var attributes = MountAttributeChange()
  /// For this mount and all below it.
  package var recursiveAttributes = MountAttributeChange()
  /// For the file system; `ro` appears here and among the attributes, as mount(2) treats it.
  package var superblockSet: SuperblockFlags = []
  package var superblockClear: SuperblockFlags = []
  /// In the order given; the last word is not the only one that counts (`private` then `slave` is no mistake).
  package var propagation: [Propagation] = []
  /// Fill a fresh tmpfs with what the container's image has at that place.
  package var tmpcopyup = false
  package var idMapping = IDMapping.none
  /// crun's words for binds. A source that is a symbolic link is made anew, as a link, instead of what it leads to being bound.
  package var copiesLink = false
  /// The link itself is bound.
  package var sourceNoFollow = false
  /// The mount goes on a link, not where it leads to.
  package var destinationNoFollow = false
  /// Words that only the file system understands, in the order given.
  package var data: [String] = []

  package var set: MountAttributes { attributes.set }
  package var clear: MountAttributes { attributes.clear }
  package var recursiveSet: MountAttributes { recursiveAttributes.set }
  package var recursiveClear: MountAttributes { recursiveAttributes.clear }

  package init() {}

  /// Of contradicting words (`ro`, `rw`) the last one counts.
  package static func parse(_ words: [String]) -> MountOptions {
    var options = MountOptions()
    for word in words {
      if let effect = effect(of: word) { options.apply(effect) } else { options.data.append(word) }
    }
    return options
  }

  /// A dictionary would take longer to make than a start takes to look its words up.
  private static func effect(of word: String) -> Effect? {
    var rows = 0..<table.count
    while !rows.isEmpty {
      let middle = rows.lowerBound + rows.count / 2
      let found = table[middle]
      if found.word == word { return found.effect }
      rows = found.word < word ? middle + 1..<rows.upperBound : rows.lowerBound..<middle
    }
    return nil
  }

  /// Every word that is not left to the file system, sorted.
  package static let known: [String] = table.map { $0.word }.sorted()

  private mutating func apply(_ effect: Effect) {
    switch effect {
    case .nothing: break
    case .bind(let recursive):
      isBind = true
      isRecursive = recursive || isRecursive
    case .remount: isRemount = true
    case .readonly(let on):
      apply(.superblock(.readonly, on))
      apply(.attribute(.readonly, on))
    case .attribute(let attribute, let on): attributes.change(attribute, on)
    case .recursive(let attribute, let on): recursiveAttributes.change(attribute, on)
    case .superblock(let flag, let on):
      if on { superblockSet.formUnion(flag) } else { superblockSet.subtract(flag) }
      if on { superblockClear.subtract(flag) } else { superblockClear.formUnion(flag) }
    case .propagation(let value): propagation.append(value)
    case .tmpcopyup: tmpcopyup = true
    case .idMapping(let value): idMapping = value
    case .copyLink: copiesLink = true
    case .sourceNoFollow: sourceNoFollow = true
    case .destinationNoFollow: destinationNoFollow = true
    }
  }
}

extension MountAttributeChange {
  fileprivate mutating func change(_ attribute: MountOptions.Attribute, _ on: Bool) {
    switch attribute {
    case .flag(let flag): if on { turnOn(flag) } else { turnOff(flag) }
    case .accessTime(let value): if on { accessTime(value) } else { notAccessTime(value) }
    // There is no "not relatime": without another value it is what the kernel does anyway.
    case .relatime: if on { accessTime([]) }
    }
  }
}

extension MountOptions {
  fileprivate enum Attribute {
    case flag(MountAttributes)
    case accessTime(MountAttributes)
    case relatime

    static let nosuid = flag(.nosuid)
    static let nodev = flag(.nodev)
    static let noexec = flag(.noexec)
    static let nodiratime = flag(.nodiratime)
    static let nosymfollow = flag(.nosymfollow)
    static let readonly = flag(.readonly)
    static let noatime = accessTime(.noatime)
    static let strictatime = accessTime(.strictatime)
  }

  fileprivate enum Effect {
    case nothing
    case bind(recursive: Bool)
    case remount
    case readonly(Bool)
    case attribute(Attribute, Bool)
    case recursive(Attribute, Bool)
    case superblock(SuperblockFlags, Bool)
    case propagation(Propagation)
    case tmpcopyup
    case idMapping(IDMapping)
    case copyLink, sourceNoFollow, destinationNoFollow
  }

  /// In the order of its words, by which they are found.
  fileprivate static let table: [(word: String, effect: Effect)] = [
    ("async", .superblock(.synchronous, false)),
    ("atime", .attribute(.noatime, false)),
    ("bind", .bind(recursive: false)),
    ("copy-symlink", .copyLink),
    ("defaults", .nothing),
    ("dest-nofollow", .destinationNoFollow),
    ("dev", .attribute(.nodev, false)),
    ("diratime", .attribute(.nodiratime, false)),
    ("dirsync", .superblock(.dirsync, true)),
    ("exec", .attribute(.noexec, false)),
    ("idmap", .idMapping(.idmap)),
    ("iversion", .superblock(.iversion, true)),
    ("lazytime", .superblock(.lazytime, true)),
    ("loud", .superblock(.silent, false)),
    ("mand", .superblock(.mandatoryLocks, true)),
    ("noatime", .attribute(.noatime, true)),
    ("nodev", .attribute(.nodev, true)),
    ("nodiratime", .attribute(.nodiratime, true)),
    ("noexec", .attribute(.noexec, true)),
    ("noiversion", .superblock(.iversion, false)),
    ("nolazytime", .superblock(.lazytime, false)),
    ("nomand", .superblock(.mandatoryLocks, false)),
    ("norelatime", .attribute(.relatime, false)),
    ("nostrictatime", .attribute(.strictatime, false)),
    ("nosuid", .attribute(.nosuid, true)),
    ("nosymfollow", .attribute(.nosymfollow, true)),
    ("private", .propagation(Propagation(.private))),
    ("ratime", .recursive(.noatime, false)),
    ("rbind", .bind(recursive: true)),
    ("rdev", .recursive(.nodev, false)),
    ("rdiratime", .recursive(.nodiratime, false)),
    ("relatime", .attribute(.relatime, true)),
    ("remount", .remount),
    ("rexec", .recursive(.noexec, false)),
    ("ridmap", .idMapping(.ridmap)),
    ("rnoatime", .recursive(.noatime, true)),
    ("rnodev", .recursive(.nodev, true)),
    ("rnodiratime", .recursive(.nodiratime, true)),
    ("rnoexec", .recursive(.noexec, true)),
    ("rnorelatime", .recursive(.relatime, false)),
    ("rnostrictatime", .recursive(.strictatime, false)),
    ("rnosuid", .recursive(.nosuid, true)),
    ("rnosymfollow", .recursive(.nosymfollow, true)),
    ("ro", .readonly(true)),
    ("rprivate", .propagation(Propagation(.private, isRecursive: true))),
    ("rrelatime", .recursive(.relatime, true)),
    ("rro", .recursive(.readonly, true)),
    ("rrw", .recursive(.readonly, false)),
    ("rshared", .propagation(Propagation(.shared, isRecursive: true))),
    ("rslave", .propagation(Propagation(.slave, isRecursive: true))),
    ("rstrictatime", .recursive(.strictatime, true)),
    ("rsuid", .recursive(.nosuid, false)),
    ("rsymfollow", .recursive(.nosymfollow, false)),
    ("runbindable", .propagation(Propagation(.unbindable, isRecursive: true))),
    ("rw", .readonly(false)),
    ("shared", .propagation(Propagation(.shared))),
    ("silent", .superblock(.silent, true)),
    ("slave", .propagation(Propagation(.slave))),
    ("src-nofollow", .sourceNoFollow),
    ("strictatime", .attribute(.strictatime, true)),
    ("suid", .attribute(.nosuid, false)),
    ("symfollow", .attribute(.nosymfollow, false)),
    ("sync", .superblock(.synchronous, true)),
    ("tmpcopyup", .tmpcopyup),
    ("unbindable", .propagation(Propagation(.unbindable))),
  ]
}
