extension Index {
  static let mounts = Area(
    letters: "MNT", title: "Root and mounts", page: "mounts", document: .config,
    rows: [
      Row("MNT-01", "required on Linux", ["root"], in: "OCISpec/Checks/Checks.swift", shown: "ErrorsTests.noRoot"),
      Row(
        "MNT-02", "absolute or relative to the bundle, and a directory", ["root.path"], in: "Container/Features/Rootfs.swift",
        shown: "Config/RootTests.aRelativePathIsTheBundles"),
      Row(
        "MNT-03", "true: the root is read-only inside", ["root.readonly"], in: "Container/Features/Rootfs.swift",
        shown: "Config/RootTests.aReadonlyRootIsReadonly"),
      Row(
        "MNT-04", "mounted in the order of the list", ["mounts"], in: "Container/Features/Mounts.swift",
        shown: "Config/MountsTests.theOrderIsTheLists"),
      Row(
        "MNT-05", "a relative one is taken from /", ["mounts[].destination"], in: "Container/Features/MountTarget.swift",
        shown: "Config/MountsTests.aRelativeDestinationIsTakenFromTheRoot"),
      Row(
        "MNT-06", "a device, a name, or for a bind a path, absolute or relative to the bundle", ["mounts[].source"],
        in: "Container/Features/Mounts.swift", shown: "Config/MountsTests.aRelativeSourceIsTheBundles"),
      Row(
        "MNT-07", "it is a bind if the options say bind or rbind, whatever the type", in: "OCISpec/MountOptions.swift",
        shown: "Config/MountsTests.aBindIsWhatTheOptionsSay"),
      Row(
        "MNT-08", "a file system of /proc/filesystems", ["mounts[].type"], in: "Container/Features/Filesystems.swift",
        shown: "Config/MountsTests.anUnknownTypeIsRefused"),
      Row(
        "MNT-09", "unknown words are for the file system", ["mounts[].options"], in: "OCISpec/MountOptions.swift",
        shown: "OCISpecTests/MountOptionsTests.leavesTheRestToTheFileSystem"),
      Row(
        "MNT-10", "words of mount(8) mean what they mean there", in: "OCISpec/MountOptions.swift",
        shown: "OCISpecTests/MountOptionsTests.knownIsSortedAndComplete"),
      options("MNT-11", "async sync", "ofASuperblock"),
      options("MNT-12", "atime noatime", "ofAFileSystem"),
      Row(
        "MNT-13", "`bind` `rbind`", in: "Container/Features/Mounts.swift",
        shown: "Config/MountsTests.anRbindIsWithWhatIsMountedBelow"),
      options("MNT-14", "defaults", "defaultsIsNoOption"),
      options("MNT-15", "dev nodev", "ofAFileSystem"),
      options("MNT-16", "diratime nodiratime", "ofAFileSystem"),
      options("MNT-17", "dirsync", "ofASuperblock"),
      options("MNT-18", "exec noexec", "ofAFileSystem"),
      options("MNT-19", "iversion noiversion", "ofASuperblock"),
      options("MNT-20", "lazytime nolazytime", "ofASuperblock"),
      options("MNT-21", "loud silent", "ofASuperblock"),
      options("MNT-22", "mand nomand", "ofASuperblock"),
      options("MNT-23", "relatime norelatime", "ofABind"),
      options("MNT-24", "strictatime nostrictatime", "ofABind"),
      options("MNT-25", "suid nosuid", "ofABind"),
      options("MNT-26", "remount", "aRemountChangesWhatIsThere"),
      options("MNT-27", "ro rw", "ofABind"),
      propagation("MNT-28", "private rprivate", "rprivateIsApart"),
      propagation("MNT-29", "shared rshared", "rsharedIsShared"),
      propagation("MNT-30", "slave rslave", "rslaveIsASlave"),
      propagation("MNT-31", "unbindable runbindable", "runbindableIsUnbindable"),
      options("MNT-32", "nosymfollow symfollow", "nosymfollowOfABind"),
      options("MNT-33", "ratime rnoatime", "clearTheAccessTimesToo"),
      options("MNT-34", "rdev rnodev", "reachTheWholeTree"),
      options("MNT-35", "rdiratime rnodiratime", "reachTheWholeTree"),
      options("MNT-36", "rexec rnoexec", "reachTheWholeTree"),
      options("MNT-37", "rrelatime rnorelatime", "reachTheWholeTree"),
      options("MNT-38", "rstrictatime rnostrictatime", "clearTheAccessTimesToo"),
      options("MNT-39", "rsuid rnosuid", "clearTheWholeTree"),
      options("MNT-40", "rsymfollow rnosymfollow", "rnosymfollowReachesTheWholeTree"),
      options("MNT-41", "rro rrw", "clearTheWholeTree"),
      Row(
        "MNT-42", "`tmpcopyup`: a fresh tmpfs begins with what was below it", in: "Container/Features/Filesystems.swift",
        shown: "Config/TmpcopyupTests.theContentsAreThere"),
      Row(
        "MNT-43", "`idmap`: with the mount's mappings, or else the user namespace's; without either an error",
        in: "Container/Features/IDMappedMounts.swift", shown: "Config/IDMappedMountTests.withoutMappingsTheUserNamespacesAreMeant"
      ),
      Row(
        "MNT-44", "`ridmap`: the same for the whole tree", in: "Container/Features/IDMappedMounts.swift",
        shown: "Config/IDMappedMountTests.onlyRidmapReachesBelow"),
      Row(
        "MNT-45", "an id-mapped mount; only together with gidMappings",
        ["mounts[].uidMappings"] + mapping("mounts[].uidMappings"), in: "Container/Features/IDMappedMounts.swift",
        shown: "Config/IDMappedMountTests.ownersAreMapped"),
      Row(
        "MNT-46", "the same for groups", ["mounts[].gidMappings"] + mapping("mounts[].gidMappings"),
        in: "Container/Features/IDMappedMounts.swift", shown: "Config/IDMappedMountTests.oneKindOfMappingsAloneIsRefused"),
    ])

  /// The members of an id mapping's rows.
  static func mapping(_ list: String) -> [String] { ["containerID", "hostID", "size"].map { "\(list)[].\($0)" } }

  private static func options(_ id: String, _ words: String, _ test: String) -> Row {
    Row(id, quoted(words), in: "OCISpec/MountOptions.swift", shown: "Config/MountOptionsTests.\(test)")
  }

  private static func propagation(_ id: String, _ words: String, _ test: String) -> Row {
    Row(id, quoted(words), in: "OCISpec/Propagation.swift", shown: "Config/MountPropagationTests.\(test)")
  }

  private static func quoted(_ words: String) -> String { words.split(separator: " ").map { "`\($0)`" }.joined(separator: " ") }
}
