import JSON
import Testing

@testable import OCISpec

@Suite struct StateTests {
  @Test func isCompactForHooks() {
    let state = State(
      id: "c1", status: .creating, pid: 4242, bundle: "/run/bundle", annotations: ["b": "2", "a": "x/y"])
    #expect(
      state.document().text(.compact)
        == #"{"ociVersion":"1.3.0","id":"c1","status":"creating","pid":4242,"bundle":"/run/bundle","#
        + #""annotations":{"a":"x/y","b":"2"}}"#)
  }

  @Test(arguments: Status.allCases)
  func readsWhatItWrites(_ status: Status) throws {
    let state = State(id: "c1", status: status, pid: 1, bundle: "/b", annotations: ["k": "v"])
    #expect(try State.decode(Array(state.document().text(.pretty).utf8)) == state)
  }

  @Test func leavesOutWhatThereIsNot() throws {
    let state = State(id: "c1", status: .stopped, bundle: "/b")
    let text = state.document(extra: [("owner", "root")]).text(.compact)
    #expect(text == #"{"ociVersion":"1.3.0","id":"c1","status":"stopped","bundle":"/b","owner":"root"}"#)
    #expect(try State.decode(Array(text.utf8)) == state)
  }

  @Test func refusesAnotherDocument() {
    #expect(throws: ConfigurationError.self) { try State.decode(Array(#"{"id": "c1", "status": "dead", "pid": -1}"#.utf8)) }
  }
}

@Suite struct FeaturesTests {
  private var features: Features {
    Features(
      version: "0.1.0", commit: "abc", capabilities: ["CAP_CHOWN"],
      seccomp: .init(enabled: true, supportedFlags: [.tsync, .log], libseccompVersion: "2.5.4"))
  }

  /// Read back with the reader that engines' needs are stated in: features.md, and what containerd looks for.
  @Test func saysWhatEnginesLookFor() throws {
    let reader = try Reader(parsing: Array(features.document.text(.pretty).utf8))
    #expect(reader.string("ociVersionMin") == "1.0.0" && reader.string("ociVersionMax") == "1.3.0")
    #expect(
      reader.strings("hooks") == [
        "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
      ])
    #expect(reader.strings("mountOptions") == MountOptions.known && reader.strings("mountOptions").contains("rro"))
    #expect(
      reader.strings("potentiallyUnsafeConfigAnnotations")
        == [
          "org.systemd.property.", "run.oci.hooks.stderr", "run.oci.hooks.stdout", "run.oci.keep_original_groups",
          "run.oci.mount_context_type", "run.oci.pidfd_receiver", "run.oci.systemd.subgroup",
        ])
    #expect(
      reader.stringMap("annotations") == [
        "org.opencontainers.runc.version": "0.1.0", "org.opencontainers.runc.commit": "abc",
        "org.opencontainers.runc.checkpoint.enabled": "false", "io.github.seccomp.libseccomp.version": "2.5.4",
      ])
    _ = reader.object("linux") { linux in
      #expect(linux.strings("namespaces") == ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"])
      #expect(linux.strings("capabilities") == ["CAP_CHOWN"])
      #expect(linux.object("cgroup") { [$0.flag("v1"), $0.flag("v2"), $0.flag("rdma")] } == [false, true, true])
      #expect(linux.object("mountExtensions") { $0.object("idmap") { $0.flag("enabled") } } == true)
      #expect(linux.object("netDevices") { $0.flag("enabled") } == true)
      #expect(
        linux.object("intelRdt") { [$0.flag("enabled"), $0.flag("schemata"), $0.flag("monitoring")] } == [true, true, true])
      #expect(linux.object("memoryPolicy") { $0.strings("modes").count + $0.strings("flags").count } == 10)
      _ = linux.object("seccomp") { seccomp in
        #expect(seccomp.flag("enabled") == true)
        #expect(seccomp.strings("actions").count == 9 && seccomp.strings("operators").count == 7)
        #expect(seccomp.strings("archs").count == 23 && seccomp.strings("knownFlags").count == 4)
        #expect(seccomp.strings("supportedFlags") == ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC"])
      }
    }
    #expect(reader.problems == [])
  }

  @Test func promisesNothingWithoutSeccomp() throws {
    var features = features
    features.seccomp.enabled = false
    #expect(features.document.text(.compact).contains(#""seccomp":{"enabled":false}"#))
  }
}

@Suite struct DefaultSpecTests {
  @Test func passesItsOwnChecks() throws {
    let spec = try Spec.decode(Array(DefaultSpec.document().text(.pretty).utf8))
    #expect(spec.check() == [])
    #expect(spec.process?.args == ["sh"] && spec.process?.terminal == true && spec.process?.noNewPrivileges == true)
    #expect(spec.process?.capabilities?.inheritable == [] && spec.process?.capabilities?.ambient == [])
    #expect(spec.root == Root(path: "rootfs", readonly: true) && spec.hostname == "apus")
    #expect(spec.linux.namespaces.map(\.type) == [.pid, .network, .ipc, .uts, .mount, .cgroup])
    #expect(spec.linux.maskedPaths.contains("/proc/kcore") && spec.linux.readonlyPaths.contains("/proc/sys"))
    #expect(spec.mounts.map(\.destination) == ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"])
  }

  @Test func rootlessPassesItsOwnChecks() throws {
    let spec = try Spec.decode(Array(DefaultSpec.document(rootless: (uid: 1000, gid: 1001)).text(.pretty).utf8))
    #expect(spec.check(rootless: true) == [])
    #expect(spec.linux.uidMappings == [IDMapping(containerID: 0, hostID: 1000, size: 1)])
    #expect(spec.linux.gidMappings == [IDMapping(containerID: 0, hostID: 1001, size: 1)])
    #expect(spec.linux.resources == nil && !spec.has(.network) && spec.has(.user))
    #expect(!spec.mounts.contains { $0.options.contains("gid=5") })
  }

  @Test func theRootfulOneIsNotForRootless() throws {
    let spec = try Spec.decode(Array(DefaultSpec.document().text(.compact).utf8))
    #expect(spec.check(rootless: true).map(\.path) == ["mounts[2].options", "linux.namespaces"])
  }
}
