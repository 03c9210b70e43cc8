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
  }
}
