import Foundation
import Testing

extension Scenarios {
  /// What the kernel is told of a process that joins: its cpus, scheduler, OOM score, filter.
  @Suite struct ExecAttributes {
    private static let cpus =
      File.text("/proc/self/status").split(separator: "\n")
      .first { $0.hasPrefix("Cpus_allowed_list:") }.map { $0.dropFirst(18).trimmingCharacters(in: .whitespaces) } ?? ""

    private func affinity(
      _ container: Container, _ affinity: Value?, wrapper: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
      let file = try container.processFile {
        $0["args"] = ["grep", "Cpus_allowed_list:", "/proc/self/status"]
        $0["execCPUAffinity"] = affinity
      }
      let outcome = try container.runtime("exec", "--process", file, container.id, wrapper: wrapper)
      expectSuccess(outcome, sourceLocation: sourceLocation)
      return outcome.stdout.dropFirst(18).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(.disabled(if: !Runtime.isApus, "only runc 1.3 and later have it"), .enabled(if: cpus == "0-1", "takes cpus 0 and 1"))
    func execCPUAffinity() throws {
      try withSleeper { container throws in
        #expect(try affinity(container, ["final": "1"]) == "1")
        #expect(try affinity(container, ["initial": "0", "final": "1"]) == "1")
        // "If omitted, the container's default CPU affinity is used", and not what the runtime was bound to.
        #expect(try affinity(container, ["initial": "0"]) == "0-1")
        #expect(try affinity(container, nil, wrapper: ["taskset", "-c", "1"]) == "1")
        for member in ["initial", "final"] {
          let file = try container.processFile { $0["execCPUAffinity"] = [member: "7000"] }
          let outcome = try container.exec([], options: ["--process", file])
          expectFailure(outcome, saying: "execCPUAffinity.\(member) 7000", "none of these cpus")
          #expect(outcome.status == 255)
        }
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "older peers leave it out")) func schedulerAndIOPriority() throws {
      let bundle = try Bundle()
      bundle.config["process.scheduler"] = ["policy": "SCHED_BATCH", "nice": 5]
      bundle.config["process.ioPriority"] = ["class": "IOPRIO_CLASS_IDLE", "priority": 0]
      try withSleeper(bundle) { container throws in
        let seen = try container.output(ofShell: "cut -d' ' -f19,41 /proc/self/stat; ionice")
        #expect(seen.hasPrefix("5 3\nidle"), "\(seen)")
      }
    }

    @Test(.disabled(if: Runtime.isOldRunc || Runtime.isCrun, "older peers leave it out")) func oomScoreAdj() throws {
      let bundle = try Bundle()
      bundle.config["process.oomScoreAdj"] = 300
      try withSleeper(bundle) { container throws in
        #expect(try container.output(ofShell: "cat /proc/self/oom_score_adj") == "300\n")
        let file = try container.processFile {
          $0["args"] = ["cat", "/proc/self/oom_score_adj"]
          $0["oomScoreAdj"] = 400
        }
        #expect(try container.exec([], options: ["-p", file]).stdout == "400\n")
      }
    }

    /// It has a filter of its own, and its supervisor is told which process that is.
    @Test(.disabled(if: Runtime.isCrun, "crun has a supervisor for the first process only"))
    func theSeccompListenerIsSentForIt() throws {
      let directory = try TemporaryDirectory()
      let socket = try DescriptorSocket(path: "\(directory.path)/listener")
      let bundle = try SeccompListener.bundle(socket.path, noNewPrivileges: true)
      try withSleeper(bundle) { container throws in
        for descriptor in try socket.receive().descriptors { close(descriptor) }
        let exec = try container.runtime.spawn(["exec", container.id, "mkdir", "/asked"])
        let message = try socket.receive()
        defer { for descriptor in message.descriptors { close(descriptor) } }
        let state = try Value(parsing: message.payload)
        #expect(state["state.pid"]?.int == Int(try container.pid))
        #expect(state["state.status"] == "running")
        #expect(state["pid"]?.int != state["state.pid"]?.int && state["pid"]?.int ?? 0 > 1)
        try SeccompListener.answerOne(try #require(message.descriptors.first), errno: 7)
        #expect(try exec.wait().stderr.contains("Argument list too long"))
      }
    }

    /// One that is killed on the way into its program has not been started.
    @Test(.enabled(if: Runtime.isApus, "peers take the end for that of the program")) func killedBeforeItsProgram() throws {
      let directory = try TemporaryDirectory()
      let socket = try DescriptorSocket(path: "\(directory.path)/listener")
      let bundle = try SeccompListener.bundle(socket.path, noNewPrivileges: true)
      bundle.config["linux.seccomp.syscalls"] = [Seccomp.rule(["execve"], "SCMP_ACT_NOTIFY")]
      bundle.config["process.args"] = ["sleep", "1000"]
      try bundle.write()
      try withContainer(bundle) { container throws in
        let start = try container.runtime.spawn(["start", container.id])
        let first = try socket.receive()
        defer { for descriptor in first.descriptors { close(descriptor) } }
        var (request, answer) = ([UInt8](repeating: 0, count: 80), [UInt8](repeating: 0, count: 24))
        let listener = try #require(first.descriptors.first)
        #expect(ioctl(listener, UInt(0xc050_2100), &request) == 0)
        answer[0..<8] = request[0..<8]
        answer[20] = 1  // SECCOMP_USER_NOTIF_FLAG_CONTINUE
        #expect(ioctl(listener, UInt(0xc018_2101), &answer) == 0)
        expectSuccess(try start.wait())
        for options in [[], ["--detach"]] {
          let exec = try container.runtime.spawn(["exec"] + options + [container.id, "true"])
          let second = try socket.receive()
          defer { for descriptor in second.descriptors { close(descriptor) } }
          let pid = try #require(try Value(parsing: second.payload)["pid"]?.int)
          // Waits until it is at its exec.
          request = [UInt8](repeating: 0, count: 80)
          #expect(ioctl(try #require(second.descriptors.first), UInt(0xc050_2100), &request) == 0)
          kill(pid_t(pid), SIGKILL)
          let outcome = try exec.wait()
          expectFailure(outcome, saying: "was killed by SIGKILL before its program ran")
          #expect(outcome.status == 255)
        }
      }
    }
  }
}
