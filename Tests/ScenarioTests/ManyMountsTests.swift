import Testing

extension Scenarios {
  @Suite struct ManyMounts {
    /// Each bind mount is open before the container exists: more of them than a host's usual limit of open files.
    @Test func moreThanTheSoftLimitOfOpenFiles() throws {
      let bundle = try Bundle(shell: "grep -c ' /many/' /proc/self/mountinfo; ulimit -Sn")
      bundle.config["process.rlimits"] = nil
      for index in 0..<300 {
        bundle.config.append(
          "mounts",
          value: [
            "destination": .string("/many/\(index)"), "type": "bind", "source": .string(bundle.path), "options": ["bind", "ro"],
          ])
      }
      let runtime = try Runtime()
      try bundle.write()
      let outcome = try runtime(
        "run", "--bundle", bundle.path, TemporaryDirectory.newID(),
        wrapper: ["/bin/sh", "-c", "ulimit -Sn 256; exec \"$@\"", "sh"])
      expectSuccess(outcome)
      // runc 1.1 leaves the limit as its own runtime has raised it.
      #expect(outcome.stdout == "300\n256\n" || Runtime.isOldRunc && outcome.stdout.hasPrefix("300\n"))
    }

    /// An id-mapped one needs a user namespace beside it: one for all that have the same maps.
    @Test(
      .enabled(if: Host.kernelIsAtLeast(6, 3), "tmpfs takes id mappings since Linux 6.3"),
      .disabled(if: Runtime.isOldRunc, "runc 1.1 has no id-mapped mounts"))
    func moreIDMappedOnesThanTheSoftLimit() throws {
      let bundle = try Bundle(shell: "grep -c ' /many/' /proc/self/mountinfo")
      bundle.config["process.rlimits"] = nil
      let source = "\(bundle.directory.path)/source"
      try withHostTmpfs(at: source) {
        for index in 0..<300 {
          let maps: Value = [["containerID": 0, "hostID": Value(1000 * (index % 3)), "size": 1000]]
          bundle.config.append(
            "mounts",
            value: [
              "destination": .string("/many/\(index)"), "type": "bind", "source": .string(source), "options": ["bind", "idmap"],
              "uidMappings": maps, "gidMappings": maps,
            ])
        }
        let outcome = try Runtime().run(bundle, wrapper: ["/bin/sh", "-c", "ulimit -n 420; exec \"$@\"", "sh"])
        expectSuccess(outcome)
        #expect(outcome.stdout == "300\n")
      }
    }

    /// In a user namespace the host's nodes are bound, each open before the container exists.
    @Test func moreDevicesThanTheSoftLimit() throws {
      let bundle = try UserNamespace.bundle("true")
      bundle.config["process.rlimits"] = nil
      let directory = "\(bundle.directory.path)/nodes"
      expectSuccess(
        try Spawned.run(
          ["sh", "-c", "mkdir \(directory) && cd \(directory) && i=0; while [ $i -lt 150 ]; do mknod $i c 1 5; i=$((i+1)); done"])
      )
      bundle.config["process.args"] = ["sh", "-c", .string("ls -l \(directory) | grep -c ' 1, *5 '")]
      for index in 0..<150 {
        bundle.config.append(
          "linux.devices", value: ["path": .string("\(directory)/\(index)"), "type": "c", "major": 1, "minor": 5])
      }
      let outcome = try Runtime().run(bundle, wrapper: ["/bin/sh", "-c", "ulimit -Sn 120; exec \"$@\"", "sh"])
      expectSuccess(outcome)
      #expect(outcome.stdout == "150\n")
    }
  }
}
