import CLibc
import CLinux

// What makes up the identity and the limits of this process: each function is one system call, or the few that only
// make sense together.

/// All three user ids at once. setresuid(2) clears the dumpable flag and the parent death signal.
package func setUserID(_ id: UInt32) throws(Failure) { try call("setresuid") { apus_setresuid(id) } }
package func setGroupID(_ id: UInt32) throws(Failure) { try call("setresgid") { apus_setresgid(id) } }
package func setSupplementaryGroups(_ groups: [UInt32]) throws(Failure) {
  try call("setgroups") { unsafe apus_setgroups(groups.count, groups) }
}

/// getgroups(2)
package func supplementaryGroups() throws(Failure) -> [UInt32] {
  var groups: [UInt32] = []
  while true {
    // Asked for none, it tells how many there are.
    let count = unsafe getgroups(CInt(groups.count), &groups)
    if count < 0 { throw Failure("getgroups", errno: .current) }
    if count == groups.count { return groups }
    groups = [UInt32](repeating: 0, count: Int(count))
  }
}

package func setFileModeMask(_ mask: UInt32) { _ = umask(mask) }
package func startSession() throws(Failure) { try call("setsid") { apus_setsid() } }
package func setHostname(_ name: String) throws(Failure) {
  try call("sethostname") { unsafe apus_set_uts_name(0, name, name.utf8.count) }
}
package func setDomainname(_ name: String) throws(Failure) {
  try call("setdomainname") { unsafe apus_set_uts_name(1, name, name.utf8.count) }
}
package func changeWorkingDirectory(_ path: String) throws(Failure) { try call("chdir") { unsafe apus_chdir(path) } }

/// getcwd(2). It begins with `(unreachable)` when the directory lies outside of this process's root, and is ENOENT when
/// it was removed.
package func workingDirectoryPath() throws(Failure) -> String {
  var bytes = [CChar](repeating: 0, count: 4096)
  let count = try call("getcwd") { unsafe apus_getcwd(&bytes, bytes.count) }
  return String(decoding: bytes[..<max(0, count - 1)].map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// prctl(2)
package enum ProcessControl {
  package static func setNoNewPrivileges() throws(Failure) { try control("PR_SET_NO_NEW_PRIVS", 38, 1) }
  /// 0: no ptrace(2) of this process and none of its /proc files for others until the next exec.
  package static func setDumpable(_ on: Bool) throws(Failure) { try control("PR_SET_DUMPABLE", 4, on ? 1 : 0) }
  /// The capabilities survive the change of user id; `false` is the rule of exec.
  package static func setKeepCapabilities(_ on: Bool) throws(Failure) { try control("PR_SET_KEEPCAPS", 8, on ? 1 : 0) }
  /// The signal this process gets when its parent ends; 0 is none.
  package static func setParentDeathSignal(_ signal: CInt) throws(Failure) { try control("PR_SET_PDEATHSIG", 1, UInt(signal)) }
  /// Orphaned descendants become children of this process.
  package static func setChildSubreaper() throws(Failure) { try control("PR_SET_CHILD_SUBREAPER", 36, 1) }

  private static func control(_ name: StaticString, _ option: CInt, _ value: UInt) throws(Failure) {
    do { try call("prctl") { apus_prctl(option, value, 0, 0, 0) } } catch { throw Failure("prctl(\(name))", errno: error.errno) }
  }
}

/// keyctl(2)
package enum Keyring {
  /// Joins a new session keyring of this name and lets its user search it; containers of one user then don't share keys.
  package static func joinSession(named name: String) throws(Failure) {
    let serial = try call("keyctl(JOIN_SESSION_KEYRING)") { unsafe apus_keyctl_join_session(name) }
    // KEYCTL_SETPERM: possessor all, user view, read, search (0x3f0b0000): what a process of another uid in the container needs.
    try call("keyctl(SETPERM)") { apus_keyctl_set_permissions(serial, 0x3f0b_0000) }
  }
}

/// The soft and the hard limit of this process (prlimit(2)).
package func resourceLimit(_ resource: CInt) throws(Failure) -> (soft: UInt64, hard: UInt64) {
  var limit = apus_limit()
  try call("prlimit") { unsafe apus_prlimit(0, resource, nil, &limit) }
  return (limit.soft, limit.hard)
}

/// prlimit(2) for a process; pid 0 is this one.
package func setResourceLimit(_ resource: CInt, soft: UInt64, hard: UInt64, of pid: CInt) throws(Failure) {
  var limit = apus_limit(soft: soft, hard: hard)
  try call("prlimit") { unsafe apus_prlimit(pid, resource, &limit, nil) }
}

/// The number of a RLIMIT_* name, or nil when this kernel has none such (getrlimit(2)).
package func resourceLimitNumber(_ name: String) -> CInt? {
  let names = [
    "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE",
    "RTPRIO", "RTTIME",
  ]
  guard name.hasPrefix("RLIMIT_"), let index = names.firstIndex(of: String(name.dropFirst(7))) else { return nil }
  return CInt(index)
}

/// personality(2): the execution domain, such as PER_LINUX32 (8).
package func setPersonality(_ domain: UInt) throws(Failure) { try call("personality") { apus_personality(domain) } }

/// ioprio_set(2) for this process.
package func setIOPriority(class ioClass: CInt, level: CInt) throws(Failure) {
  try call("ioprio_set") { apus_ioprio_set(1, 0, ioClass << 13 | level) }
}

/// struct sched_attr of sched_setattr(2).
package struct SchedulingAttributes {
  package var size: UInt32 = 56
  package var policy: UInt32 = 0
  package var flags: UInt64 = 0
  package var nice: Int32 = 0
  package var priority: UInt32 = 0
  /// SCHED_DEADLINE, in nanoseconds.
  package var runtime: UInt64 = 0
  package var deadline: UInt64 = 0
  package var period: UInt64 = 0
  package var utilMin: UInt32 = 0
  package var utilMax: UInt32 = 0
  package init() {}
}

package func setScheduling(_ attributes: SchedulingAttributes) throws(Failure) {
  var attributes = attributes
  try call("sched_setattr") { unsafe apus_sched_setattr(0, &attributes) }
}

/// sched_setaffinity(2): this process runs only on these cpus, of which those of its cgroup's cpuset remain; `nil` is all of them.
package func setAffinity(cpus: [Int]?) throws(Failure) {
  let bits = UInt.bitWidth
  var mask = [UInt](repeating: cpus == nil ? .max : 0, count: max(8192, (cpus?.max() ?? 0) + bits) / bits)
  for cpu in cpus ?? [] { mask[cpu / bits] |= 1 << UInt(cpu % bits) }
  try call("sched_setaffinity") { unsafe apus_sched_setaffinity(0, mask.count * bits / 8, &mask) }
}

/// set_mempolicy(2): `nodes` are numbers of NUMA nodes.
package func setMemoryPolicy(mode: CInt, nodes: [Int]) throws(Failure) {
  let highest = nodes.max() ?? -1
  var mask = [UInt](repeating: 0, count: highest / UInt.bitWidth + 1)
  for node in nodes { mask[node / UInt.bitWidth] |= 1 << UInt(node % UInt.bitWidth) }
  // The kernel looks at one bit less than it is told; 0 would be more than it can take.
  try call("set_mempolicy") { unsafe apus_set_mempolicy(mode, &mask, highest + 2) }
}
