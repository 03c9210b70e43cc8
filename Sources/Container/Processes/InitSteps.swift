import Kernel
import OCISpec

extension Init {
  /// What init does, in this order, and why each step stands where it stands.
  static let steps: [Step] = [
    // Here rather than at the clone, which would take the runtime's cgroup as the root of the namespace.
    Step(name: "making a cgroup namespace") { me, host throws(Failure) in
      if me.plan.namespaces.newCgroup { try unshareNamespaces(.cgroup) }
    },
    Step(name: "joining a session keyring") { me, host throws(Failure) in
      if me.plan.noNewKeyring { return }
      try SessionKeyring.apply(me.plan.id, label: me.plan.process?.process.selinuxLabel ?? "", me.plan.proc, host)
    },
    Step(name: "loopback") { me, host throws(Failure) in try Loopback.apply(me.plan) },
    // Before what may name one of them: hooks, and a sysctl such as net.ipv4.conf.eth0.forwarding.
    Step(name: "network devices") { me, host throws(Failure) in try NetDevices.apply(me.plan, host) },
    // In the order of config.json; a later one may lie in an earlier one.
    Step(name: "mounts") { me, host throws(Failure) in
      var later: [SharedDescriptor] = []
      // If the host is gone nobody is left to tell.
      try Mounts.apply(me.plan, me.rootfs, &later) { text in _ = Result { () throws(Failure) in try host.send(.warning(text)) } }
      me.readOnlyLater = later
    },
    // After the mounts: /dev is usually one of them.
    Step(name: "devices") { me, host throws(Failure) in try Devices.apply(me.plan, me.rootfs) },
    // While the root can still be written to.
    Step(name: "working directory") { me, host throws(Failure) in
      if let process = me.plan.process?.process { try WorkingDirectory.make(process, me.rootfs) }
    },
    // The environment is made, nothing of the host is gone yet: what these hooks are for (config.md "Hooks").
    Step(name: "hooks") { me, host throws(Failure) in try me.runCreateHooks(host) },
    Step(name: "changing the root") { me, host throws(Failure) in try me.changeRoot() },
    // After pivot_root: the terminal is made on the container's devpts, whose names are those the program sees.
    Step(name: "console") { me, host throws(Failure) in
      guard let console = me.plan.console, let process = me.plan.process?.process else { return }
      try Console.apply(console, uid: process.user.uid, bindsDevice: true, me.rootfs, me.plan.proc)
    },
    Step(name: "standard streams") { me, host throws(Failure) in
      if let process = me.plan.process?.process { try StandardIO.apply(process) }
    },
    Step(name: "hostname") { me, host throws(Failure) in try Hostname.apply(me.plan) },
    Step(name: "sysctl") { me, host throws(Failure) in try KernelParameters.apply(me.plan) },
    // After all that writes to them: mount points, devices, the console.
    Step(name: "making mounts read-only") { me, host throws(Failure) in try me.makeReadOnly() },
    // After sysctl: /proc/sys is one of them.
    Step(name: "readonlyPaths") { me, host throws(Failure) in try ReadonlyPaths.apply(me.plan, me.rootfs) },
    Step(name: "maskedPaths") { me, host throws(Failure) in try MaskedPaths.apply(me.plan, me.rootfs) },
    // After all that is mounted: see RootfsPlan.propagationAtFirst.
    Step(name: "rootfsPropagation") { me, host throws(Failure) in
      if me.plan.rootfs.isPropagationLate { try me.plan.rootfs.wantedPropagation.apply(to: me.rootfs.root) }
    },
    // As root: some need a capability, and the exec label a procfs file of our own.
    Step(name: "process attributes") { me, host throws(Failure) in try me.process?.setAttributes(me.rootfs) },
    // Not seccomp: the filter comes last of all, behind the gate (ContainerProcess.execute). If only CAP_SYS_ADMIN may load
    // it, that is kept.
    Step(name: "becoming the user") { me, host throws(Failure) in try me.process?.becomeUser() },
    // Last: found with the user's own rights, and the error is create's (DEF-29).
    Step(name: "finding the program") { me, host throws(Failure) in try me.process?.findProgram() },
  ]

  private func runCreateHooks(_ host: borrowing Rendezvous) throws(Failure) {
    let hooks = plan.spec.hooks
    if !hooks.prestart.isEmpty || !hooks.createRuntime.isEmpty {
      plan.trace?.child.begin("waiting for the host's hooks")
      try host.send(.mounted)
      guard try host.mayProceed() else { throw Failure("the runtime ended while its hooks ran") }
      plan.trace?.child.end()
    }
    try HookRunner.run(
      hooks.createContainer, kind: "createContainer", state: plan.hookState.document(status: .creating, pid: processID),
      directory: plan.bundle, environment: processEnvironment, output: plan.hookOutput, track: plan.trace?.child)
  }

  private func changeRoot() throws(Failure) {
    if !plan.namespaces.hasMountNamespace {
      try rootfs.root.chroot()
    } else if plan.noPivot {
      try rootfs.root.moveToRootAndChroot()
    } else {
      try rootfs.root.pivotRoot()
    }
  }

  private func makeReadOnly() throws(Failure) {
    for mount in readOnlyLater { try mount.descriptor.setMountAttributes(set: .readOnly, recursive: false) }
    if plan.rootfs.readonly { try during("/", try rootfs.root.setMountAttributes(set: .readOnly, recursive: false)) }
  }
}
