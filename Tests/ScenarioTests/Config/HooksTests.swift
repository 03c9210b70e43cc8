import Foundation
import Testing

extension Scenarios {
  /// `hooks`: config.md "POSIX-platform Hooks".
  @Suite struct Hooks {
    static let kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]

    /// A hook that is a line of shell. All but startContainer's is the host's shell.
    static func shell(_ line: String) -> Value { ["path": "/bin/sh", "args": ["sh", "-c", .string(line)]] }

    /// Where a hook of that kind sees the directory `out` of the root file system.
    static func out(_ kind: String, _ bundle: Bundle) -> String { kind == "startContainer" ? "/out" : "\(bundle.rootfs)/out" }

    /// A bundle with a hook of each kind; `line` is given the kind and the directory to write to.
    static func bundle(_ arguments: [String] = ["true"], _ line: (_ kind: String, _ out: String) -> String) throws -> Bundle {
      let bundle = try Bundle(arguments)
      try File.makeDirectory("\(bundle.rootfs)/out", mode: 0o777)
      for kind in kinds { bundle.config["hooks.\(kind)"] = [shell(line(kind, out(kind, bundle)))] }
      return bundle
    }

    static func text(_ bundle: Bundle, _ name: String) -> String { File.text("\(bundle.rootfs)/out/\(name)") }

    // MARK: when

    @Test(.disabled(if: Runtime.isOldRunc, "runc 1.1 runs poststart at the end of create")) func eachRunsInItsTurn() throws {
      let bundle = try Self.bundle(["sleep", "100"]) { kind, out in "echo \(kind) >> \(out)/log" }
      try withContainer(bundle) { container in
        #expect(Self.text(bundle, "log") == "prestart\ncreateRuntime\ncreateContainer\n")
        try container.start()
        #expect(Self.text(bundle, "log") == "prestart\ncreateRuntime\ncreateContainer\nstartContainer\npoststart\n")
        expectSuccess(try container.kill())
        try container.waitUntil("stopped")
        #expect(!Self.text(bundle, "log").contains("poststop"))
        expectSuccess(try container.runtime("delete", container.id))
        #expect(Self.text(bundle, "log") == Self.kinds.map { $0 + "\n" }.joined())
      }
    }

    @Test func runRunsThemAll() throws {
      let bundle = try Self.bundle(["sleep", "0.5"]) { kind, out in "echo \(kind) >> \(out)/log" }
      _ = try output(of: bundle)
      let lines = Self.text(bundle, "log").split(separator: "\n").map(String.init)
      #expect(Runtime.isOldRunc ? lines.sorted() == Self.kinds.sorted() : lines == Self.kinds, "\(lines)")
    }

    @Test func startContainerIsBeforeTheProgram() throws {
      let bundle = try Self.bundle(["sh", "-c", "echo program >> /out/log"]) { kind, out in
        kind == "startContainer" ? "sleep 0.2; echo hook >> \(out)/log" : "true"
      }
      try withContainer(bundle) { container in
        #expect(Self.text(bundle, "log") == "")
        try container.startAndFinish()
        #expect(Self.text(bundle, "log") == "hook\nprogram\n")
      }
    }

    @Test func severalRunInTheOrderOfTheList() throws {
      let bundle = try Self.bundle { _, _ in "true" }
      for kind in Self.kinds {
        let out = Self.out(kind, bundle)
        bundle.config["hooks.\(kind)"] = .array((1...3).map { Self.shell("echo \($0) >> \(out)/\(kind)") })
      }
      _ = try output(of: bundle)
      for kind in Self.kinds { #expect(Self.text(bundle, kind) == "1\n2\n3\n", "\(kind)") }
    }

    /// The mounts are made, the root is not changed yet: what such hooks are for.
    @Test func beforePivotTheMountsAreMade() throws {
      let bundle = try Bundle()
      let file = "\(bundle.directory.path)/seen"
      bundle.config["hooks.createContainer"] = [
        Self.shell("for d in proc dev dev/pts sys; do mountpoint -q \(bundle.rootfs)/$d && echo $d; done > \(file)")
      ]
      _ = try output(of: bundle)
      #expect(File.text(file) == "proc\ndev\ndev/pts\nsys\n")
    }

    // MARK: where

    @Test func eachRunsInItsNamespaces() throws {
      let bundle = try Self.bundle(["sleep", "100"]) { kind, out in
        "for n in mnt net ipc uts pid; do readlink /proc/self/ns/$n; done > \(out)/\(kind)"
      }
      // A hook of the container sees its /proc, before pivot_root the host's.
      bundle.dropNamespace("pid")
      try withRunningContainer(bundle) { container in
        let names = ["mnt", "net", "ipc", "uts", "pid"]
        let inside = try names.map { try container.namespace($0) + "\n" }.joined()
        let outside = names.map { File.link("/proc/self/ns/\($0)") + "\n" }.joined()
        for kind in ["prestart", "createRuntime", "poststart"] { #expect(Self.text(bundle, kind) == outside, "\(kind)") }
        for kind in ["createContainer", "startContainer"] { #expect(Self.text(bundle, kind) == inside, "\(kind)") }
      }
      #expect(Self.text(bundle, "poststop") == Self.text(bundle, "prestart"))
    }

    @Test func theDirectoryIsTheBundle() throws {
      let bundle = try Self.bundle { kind, out in "pwd > \(out)/\(kind)" }
      _ = try output(of: bundle)
      for kind in ["prestart", "createRuntime"] { #expect(Self.text(bundle, kind) == bundle.path + "\n", "\(kind)") }
      #expect(Self.text(bundle, "startContainer") == "/\n")
    }

    // MARK: what they are given

    @Test(.disabled(if: Runtime.isCrun, "crun 1.8 says other states, pids and bundles")) func theStateIsOnStdin() throws {
      let bundle = try Self.bundle(["sleep", "100"]) { kind, out in "cat > \(out)/\(kind)" }
      bundle.config["annotations"] = ["key": "value"]
      try withRunningContainer(bundle) { container in
        let pid = try container.pid
        let statuses = [
          "prestart": Runtime.isRunc ? "creating" : "created", "createRuntime": "creating", "createContainer": "creating",
          "startContainer": "created",
          "poststart": "running",
        ]
        for (kind, status) in statuses {
          let text = Self.text(bundle, kind)
          let state = try Value(parsing: text)
          let peers = (Runtime.isCrun && kind == "createContainer") || (Runtime.isOldRunc && kind == "poststart")
          #expect(state["status"]?.string == status || peers, "\(kind): \(text)")
          #expect(state["id"]?.string == container.id, "\(kind): \(text)")
          #expect(state["bundle"]?.string == bundle.path, "\(kind): \(text)")
          #expect(state["ociVersion"]?.string?.hasPrefix("1.") == true, "\(kind): \(text)")
          #expect(state["annotations"] == ["key": "value"], "\(kind): \(text)")
          #expect(!text.contains("\\/"), "a slash is escaped: \(text)")
          if ["prestart", "createRuntime", "poststart"].contains(kind) {
            #expect(state["pid"]?.int == Int(pid), "\(kind): \(text)")
          }
          // The pid as the hook itself would see it.
          if kind == "startContainer" { #expect(state["pid"]?.int == 1, "\(kind): \(text)") }
        }
      }
      let state = try Value(parsing: Self.text(bundle, "poststop"))
      #expect(state["status"] == "stopped")
      #expect(state["pid"] == nil || state["pid"]?.int == 0)
    }

    @Test func stdinEnds() throws {
      let bundle = try Self.bundle { kind, out in "cat > /dev/null; cat > /dev/null; echo done > \(out)/\(kind)" }
      _ = try output(of: bundle)
      for kind in Self.kinds { #expect(Self.text(bundle, kind) == "done\n") }
    }

    /// One that reads nothing of its stdin harms nobody.
    @Test func stdinMayBeLeftUnread() throws {
      let bundle = try Self.bundle { _, _ in "exec <&-" }
      bundle.config["annotations"] = ["long": .string(String(repeating: "x", count: 200_000))]
      _ = try output(of: bundle)
    }

    @Test func theEnvironmentIsExactlyTheListed() throws {
      let bundle = try Self.bundle { _, _ in "true" }
      for kind in Self.kinds {
        bundle.config["hooks.\(kind)"] = [
          [
            "path": "/bin/sh",
            "args": ["sh", "-c", .string("cat /proc/$$/environ | tr '\\0' '\\n' > \(Self.out(kind, bundle))/\(kind)")],
            "env": ["PATH=/usr/bin:/bin", "ONE=1"],
          ]
        ]
      }
      let outcome = try Runtime().run(bundle, environment: ["OUTSIDE": "1"])
      expectSuccess(outcome)
      for kind in Self.kinds where kind != "createContainer" {
        #expect(Self.text(bundle, kind) == "PATH=/usr/bin:/bin\nONE=1\n", "\(kind)")
      }
    }

    @Test func withoutAListItIsInherited() throws {
      let bundle = try Self.bundle { kind, out in "echo $OUTSIDE/$INSIDE > \(out)/\(kind)" }
      bundle.config.append("process.env", value: "INSIDE=in")
      let outcome = try Runtime().run(bundle, environment: ["OUTSIDE": "out"])
      expectSuccess(outcome)
      for kind in ["prestart", "createRuntime", "poststart", "poststop"] {
        #expect(Self.text(bundle, kind) == "out/\n", "\(kind)")
      }
      if !Runtime.isOldRunc { #expect(Self.text(bundle, "startContainer") == "/in\n") }
    }

    /// argv[0] decides what busybox is.
    @Test func theArgumentsAreExactlyTheListed() throws {
      let bundle = try Self.bundle { _, _ in "true" }
      let script = "\(bundle.directory.path)/seen"
      bundle.config["hooks"] = [
        "createRuntime": [
          ["path": "/bin/busybox", "args": ["sh", "-c", .string("cat /proc/$$/cmdline | tr '\\0' ';' > \(script)"), "a b", ""]]
        ]
      ]
      _ = try output(of: bundle)
      #expect(File.text(script) == "sh;-c;cat /proc/$$/cmdline | tr '\\0' ';' > \(script);a b;;")
    }

    @Test func createContainerIsTheHostsProgram() throws {
      let bundle = try Bundle()
      let script = "\(bundle.directory.path)/hook"
      try File.write("#!/bin/sh\necho ran > \(bundle.rootfs)/ran\n", to: script, mode: 0o755)
      bundle.config["hooks"] = ["createContainer": [["path": .string(script)]]]
      _ = try output(of: bundle)
      #expect(File.text("\(bundle.rootfs)/ran") == "ran\n")
    }

    @Test func startContainerIsTheContainersProgram() throws {
      let bundle = try Bundle()
      try File.write("#!/bin/sh\necho ran > /ran\n", to: "\(bundle.rootfs)/hook", mode: 0o755)
      bundle.config["hooks"] = ["startContainer": [["path": "/hook"]]]
      _ = try output(of: bundle)
      #expect(File.text("\(bundle.rootfs)/ran") == "ran\n")
    }

    @Test func nothingOfThemIsInTheContainersOutput() throws {
      let bundle = try Self.bundle(["echo", "program"]) { kind, _ in "echo \(kind); echo \(kind) >&2" }
      let outcome = try Runtime().run(bundle)
      #expect(outcome.stdout == "program\n")
      #expect(!outcome.stderr.contains("start"), "\(outcome)")
    }
  }

  /// Hooks that fail.
  @Suite struct HookFailures {
    static func bundle(_ kind: String, _ line: String, _ arguments: [String] = ["sleep", "100"]) throws -> Bundle {
      let bundle = try Bundle(arguments)
      bundle.config["hooks"] = .object([kind: [Hooks.shell(line)]])
      return bundle
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"]) func oneOfCreateEndsIt(kind: String) throws {
      let outcome = try refusal(of: Self.bundle(kind, "echo the reason >&2; exit 17"))
      expectApusSays("exit status 17", outcome)
      expectApusSays("the reason", outcome)
      expectApusSays(kind, outcome)
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"]) func theOnesAfterItDoNotRun(kind: String) throws {
      let bundle = try Self.bundle(kind, "exit 1")
      bundle.config.append("hooks.\(kind)", value: Hooks.shell("touch \(bundle.rootfs)/second"))
      bundle.config.append("hooks.poststart", value: Hooks.shell("touch \(bundle.rootfs)/poststart"))
      _ = try refusal(of: bundle)
      #expect(!File.exists("\(bundle.rootfs)/second") && !File.exists("\(bundle.rootfs)/poststart"))
    }

    @Test(
      .disabled(if: Runtime.isCrun, "crun has then said that it started"),
      .disabled(if: Runtime.isOldRunc, "runc 1.1 has then said that it started")) func startContainerEndsStart() throws
    {
      let bundle = try Self.bundle("startContainer", "exit 9", ["sh", "-c", "echo ran > /ran"])
      try withContainer(bundle) { container in
        let outcome = try container.runtime("start", container.id)
        expectFailure(outcome)
        expectApusSays("exit status 9", outcome)
        #expect(try container.status() != "running" && container.status() != "created")
        #expect(!File.exists("\(bundle.rootfs)/ran"))
      }
    }

    /// It is stopped and destroyed: its poststop hooks run.
    @Test(.enabled(if: Runtime.isApus, "peers leave it stopped"), arguments: ["startContainer", "poststart"])
    func oneOfStartDestroysTheContainer(kind: String) throws {
      let bundle = try Self.bundle(kind, "exit 9")
      bundle.config["hooks.poststop"] = [Hooks.shell("echo poststop > \(bundle.rootfs)/poststop")]
      try withContainer(bundle) { container in
        let pid = try container.pid
        expectFailure(try container.runtime("start", container.id), saying: kind, "exit status 9")
        expectUnknown(try container.runtime("state", container.id))
        #expect(File.text("\(bundle.rootfs)/poststop") == "poststop\n")
        try Harness.waitUntil("it is dead") { Orphans.process(pid).map { $0.state == "Z" } ?? true }
      }
    }

    @Test(
      .enabled(if: Runtime.isApus, "fatal since 1.3 of the spec, in peers a warning"), arguments: ["startContainer", "poststart"])
    func oneOfStartEndsRun(kind: String) throws {
      expectFailure(try refusal(of: Self.bundle(kind, "exit 9"), verb: "run"), saying: kind)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun ends with an error")) func poststopOnlyWarns() throws {
      let bundle = try Self.bundle("poststop", "exit 5", ["true"])
      bundle.config.append("hooks.poststop", value: Hooks.shell("touch \(bundle.rootfs)/second"))
      try withContainer(bundle) { container in
        try container.startAndFinish()
        let outcome = try container.runtime("delete", container.id)
        expectSuccess(outcome)
        #expect(outcome.stderr.contains("poststop") || outcome.stderr.contains("exit status 5"), "\(outcome)")
        expectUnknown(try container.runtime("state", container.id))
        // "the remaining hooks and lifecycle continue as if the hook had succeeded"
        #expect(File.exists("\(bundle.rootfs)/second") || Runtime.isOldRunc)
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes no such number")) func aTimeoutOfManyYearsIsNone() throws {
      let bundle = try Bundle(["true"])
      bundle.config["hooks.createRuntime"] = [["path": "/bin/true", "timeout": 9_223_372_036_854_775]]
      expectSuccess(try Runtime().run(bundle))
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"]) func oneThatTakesTooLongIsKilled(kind: String) throws {
      let bundle = try Self.bundle(kind, "exec sleep 100")
      bundle.config["hooks.\(kind).0.timeout"] = 1
      let outcome = try refusal(of: bundle)
      #expect(outcome.duration < 15 * Host.patience)
      if !Runtime.isCrun { expectFailure(outcome, saying: "hook ran past specified timeout of 1.0s") }
    }

    @Test func oneThatTakesItsTimeIsNot() throws {
      let bundle = try Self.bundle("createRuntime", "sleep 0.3", ["true"])
      bundle.config["hooks.createRuntime.0.timeout"] = 60
      _ = try output(of: bundle)
    }

    @Test(arguments: ["prestart", "createRuntime", "createContainer"]) func oneThatIsNotThereIsAnError(kind: String) throws {
      let bundle = try Bundle()
      bundle.config["hooks"] = .object([kind: [["path": "/no/such/hook"]]])
      expectFailure(try refusal(of: bundle), saying: "/no/such/hook")
    }

    @Test func oneThatIsKilledIsAnError() throws {
      expectApusSays("SIGKILL", try refusal(of: Self.bundle("createRuntime", "kill -9 $$")))
    }

    @Test(.disabled(if: Runtime.isRunc || Runtime.isCrun, "they take it"), arguments: [0, -1]) func aTimeoutThatIsNoneIsRefused(
      timeout: Int
    ) throws {
      let bundle = try Self.bundle("createRuntime", "true")
      bundle.config["hooks.createRuntime.0.timeout"] = Value(timeout)
      expectFailure(try refusal(of: bundle), saying: "hooks.createRuntime[0].timeout")
    }

    @Test(.disabled(if: Runtime.isRunc || Runtime.isCrun, "they search it")) func aRelativePathIsRefused() throws {
      let bundle = try Bundle()
      bundle.config["hooks"] = ["createRuntime": [["path": "sh", "args": ["sh", "-c", "true"]]]]
      expectFailure(try refusal(of: bundle), saying: "hooks.createRuntime[0].path")
    }
  }
}
