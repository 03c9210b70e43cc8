// swift-tools-version: 6.2
import PackageDescription

let isFuzzing = Context.environment["APUS_FUZZ"] != nil
#if arch(arm64)
  let machine = "aarch64"
#else
  let machine = "x86_64"
#endif

/// A release is linked with musl, which starts in half of glibc's time (docs/performance.md). Tests stay with glibc, as Foundation does.
let musl = "/usr/lib/\(machine)-linux-musl"
let muslHeaders = isFuzzing ? [] : ["-isystem", "/usr/include/\(machine)-linux-musl"]
let commit = Context.gitInformation?.currentCommit ?? ""

// Every room is compiled with strict memory safety: a libc call or a pointer outside `unsafe` does not build.
let strict: [SwiftSetting] = [
  .strictMemorySafety(), .treatAllWarnings(as: .error), .enableUpcomingFeature("MemberImportVisibility"),
]

/// Embedded Swift, in a release: no runtime, no metadata, generic code made for the types it is used with. 0.85 of a start's time, half
/// its memory (docs/performance.md), and some parts of the language less (docs/architecture.md "Embedded Swift").
let embedded: [SwiftSetting] =
  isFuzzing
  ? strict
  : strict + [
    .enableExperimentalFeature("Embedded", .when(configuration: .release)),
    // Each function in a section of its own: what is not called is left out, and what is called can be laid out in order. Small,
    // because a start meets most of its code once: fewer pages are worth more than fewer instructions.
    .unsafeFlags(
      ["-Xfrontend", "-function-sections", "-Osize"] + muslHeaders.flatMap { ["-Xcc", $0] }, .when(configuration: .release)),
  ]

func cSettings(_ flags: [String] = []) -> [CSetting] {
  [
    .define("_GNU_SOURCE"), .unsafeFlags(["-Wall", "-Wextra", "-Wshadow", "-Werror"] + flags),
    .unsafeFlags(muslHeaders, .when(configuration: .release)),
  ]
}

/// The code of a room is compiled where the program is, whole, and there alone: two compilations of one function may number its
/// constants differently under the same names, of which the linker keeps the first.
let room =
  isFuzzing ? strict : embedded + [.unsafeFlags(["-Xfrontend", "-emit-empty-object-file"], .when(configuration: .release))]

let package = Package(
  name: "apus",
  targets: [
    // The C libraries, one module map each, and our own system calls.
    .systemLibrary(name: "CLibc"),
    .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CCapability", pkgConfig: "libcap", providers: [.apt(["libcap-dev"])]),
    .systemLibrary(name: "CJSON", pkgConfig: "json-c", providers: [.apt(["libjson-c-dev"])]),
    .target(name: "CLinux", cSettings: cSettings(["-Wno-sign-compare"])),  // in musl's CMSG_NXTHDR

    // What a release takes beside musl. In a debug build only tests use it.
    .target(name: "CMusl", cSettings: cSettings()),

    // The program's first instructions, before those of libc: `apus_entry`, which the linker is told of below.
    .target(name: "CStart", cSettings: cSettings(["-O2", "-ffreestanding", "-fno-stack-protector", "-fno-sanitize=all"])),

    // The commit that --version shows. A target of its own, so that a new commit compiles one line again and nothing else.
    .target(name: "CVersion", cSettings: [.define("APUS_COMMIT", to: "\"\(commit)\"")]),

    // The rooms. An arrow only points down; `docs/architecture.md` says what each holds.
    .target(
      name: "Kernel", dependencies: ["CLibc", "CLinux", "CMusl", "CStart", "CVersion", "CSeccomp", "CCapability"],
      swiftSettings: room,
      // A release has it from musl.
      linkerSettings: [.linkedLibrary("m", isFuzzing ? nil : .when(configuration: .debug))]),
    .target(name: "JSON", dependencies: ["CLibc", "CJSON"], swiftSettings: room),
    .target(name: "OCISpec", dependencies: ["JSON"], swiftSettings: room),
    .target(name: "DBus", dependencies: ["Kernel"], swiftSettings: room),
    .target(name: "ControlGroups", dependencies: ["DBus", "Kernel", "OCISpec"], swiftSettings: room),
    .target(name: "Container", dependencies: ["Kernel", "OCISpec", "JSON", "ControlGroups"], swiftSettings: room),
    .target(name: "Commands", dependencies: ["Container", "OCISpec", "JSON", "Kernel"], swiftSettings: room),
    .executableTarget(
      name: "apus", dependencies: ["Commands"], swiftSettings: embedded,
      linkerSettings: [
        // One static binary: nothing of the host is loaded into a process that enters a container. lld orders functions (below). What
        // `-static-executable` names is for ordinary Swift and for glibc, so all that is linked stands here: `linux/..` is where the
        // toolchain has its libraries, and libgcc has the division of integers of 128 bits.
        .unsafeFlags(
          [
            "-use-ld=lld", "-Xclang-linker", "-static", "-Xclang-linker", "-Wno-unused-command-line-argument", "-Xclang-linker",
            "-nostdlib",
          ]
            + [
              "\(musl)/crt1.o", "\(musl)/crti.o", "\(musl)/libc.a", "\(musl)/crtn.o", "-lgcc",
              "-l:../embedded/\(machine)-unknown-linux-gnu/libswiftUnicodeDataTables.a",
            ].flatMap { ["-Xlinker", $0] }, .when(configuration: .release)),
        // Sources/CStart/CStart.c
        .unsafeFlags(["-Xlinker", "--entry=apus_entry"], .when(configuration: .release)),
        // What a start calls lies together, in the order of the calls: packaging/function-order/record.
        .unsafeFlags(
          [
            "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/packaging/function-order/functions",
            "-Xlinker", "--no-warn-symbol-ordering",
          ], .when(configuration: .release)),
      ]),

    // What apus makes of each statement of the spec: the source of docs/conformance.md, and not part of the binary.
    .target(name: "Conformance", swiftSettings: strict),

    .target(name: "Fixtures", dependencies: ["OCISpec"], path: "Tests/Fixtures"),
    .testTarget(name: "CMuslTests", dependencies: ["CMusl"]),
    .testTarget(name: "KernelTests", dependencies: ["Kernel"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "DBusTests", dependencies: ["DBus", "Kernel"]),
    .testTarget(name: "OCISpecTests", dependencies: ["OCISpec", "JSON", "Fixtures"]),
    .testTarget(name: "ControlGroupsTests", dependencies: ["ControlGroups", "DBus", "OCISpec", "Kernel", "Fixtures"]),
    .testTarget(name: "ContainerTests", dependencies: ["Container", "OCISpec", "JSON", "Kernel", "ControlGroups"]),
    .testTarget(name: "CommandsTests", dependencies: ["Commands", "Container", "OCISpec", "JSON", "Kernel"]),
    .testTarget(name: "ConformanceTests", dependencies: ["Conformance", "Container", "OCISpec", "JSON", "Fixtures"]),
    .testTarget(name: "ScenarioTests"),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzz targets, only for Tests/Fuzz/run: they need libFuzzer, and every room compiled for it.
if isFuzzing {
  package.targets.append(
    .executableTarget(
      name: "fuzz",
      dependencies: ["Commands", "Container", "ControlGroups", "DBus", "OCISpec", "JSON", "Kernel", "Fixtures"],
      path: "Tests/Fuzz", exclude: ["README.md", "run", "seeds", "dictionaries"],
      // gold ends in an internal error over the sanitizer's sections.
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])]))
}
