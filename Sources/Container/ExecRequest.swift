import Kernel
import OCISpec

/// What `exec` is asked for.
package struct ExecRequest {
  package enum Program {
    /// A process document of the spec, and what it is called.
    case document([UInt8], name: String)
    /// The program and its arguments; all else is as in the container's own process.
    case arguments([String])
  }

  package var id: String
  package var program: Program
  /// Where these are set they go over what the document says.
  package var cwd: String?
  package var environment: [String] = []
  package var user: (uid: UInt32, gid: UInt32?)?
  package var additionalGids: [UInt32] = []
  package var capabilities: [String] = []
  package var selinuxLabel: String?
  package var apparmorProfile: String?
  package var noNewPrivileges: Bool?
  package var terminal = false
  /// Return once the program runs.
  package var detach = false
  package var consoleSocket: String?
  package var pidfdSocket: String?
  /// Absolute; gets the decimal pid of the process without a newline.
  package var pidFile: String?
  /// How many descriptors after 0, 1, 2 the process keeps.
  package var preserveFDs = 0
  /// Below the container's cgroup; empty is that itself.
  package var cgroup = ""
  package var ignorePaused = false

  package init(id: String, program: Program) {
    self.id = id
    self.program = program
  }
}

extension ExecRequest {
  /// The process to start in a container whose config is `spec`, checked as that of a config.json is.
  func process(in spec: Spec) throws(Failure) -> OCISpec.Process {
    var document = "process"
    var process: OCISpec.Process
    switch program {
    case .document(let bytes, let name):
      document = name
      do { process = try OCISpec.Process.decode(bytes, named: name) } catch { throw Failure(error.description) }
      if let own = spec.process { process.inherit(from: own) }
    case .arguments(let arguments):
      process = spec.process ?? OCISpec.Process()
      process.args = arguments
      process.terminal = false
    }
    if process.args.isEmpty { throw Failure("exec args cannot be empty", hint: "name the program to run") }
    change(&process)
    let problems = process.check()
    if !problems.isEmpty { throw Failure(ConfigurationError(document: document, problems: problems).description) }
    return process
  }

  private func change(_ process: inout OCISpec.Process) {
    if let cwd { process.cwd = cwd }
    process.env += environment
    if let user {
      process.user.uid = user.uid
      if let gid = user.gid { process.user.gid = gid }
    }
    process.user.additionalGids += additionalGids
    if !capabilities.isEmpty { process.add(capabilities: capabilities) }
    if let selinuxLabel { process.selinuxLabel = selinuxLabel }
    if let apparmorProfile { process.apparmorProfile = apparmorProfile }
    if let noNewPrivileges { process.noNewPrivileges = noNewPrivileges }
    if terminal { process.terminal = true }
  }
}

extension OCISpec.Process {
  /// What a process document leaves out is as in the container, as with runc: least of all should a process be without the
  /// label or the profile that the container has.
  fileprivate mutating func inherit(from own: OCISpec.Process) {
    if capabilities == nil { capabilities = own.capabilities }
    if apparmorProfile.isEmpty { apparmorProfile = own.apparmorProfile }
    if selinuxLabel.isEmpty { selinuxLabel = own.selinuxLabel }
    if rlimits.isEmpty { rlimits = own.rlimits }
    if scheduler == nil { scheduler = own.scheduler }
    if ioPriority == nil { ioPriority = own.ioPriority }
    if execCPUAffinity == nil { execCPUAffinity = own.execCPUAffinity }
  }

  /// Never inheritable: what the image's files would gain from that is not what was asked for (CVE-2022-29162). Ambient only
  /// where it is inheritable already, which ``CapabilityPlan`` sees to.
  fileprivate mutating func add(capabilities names: [String]) {
    var sets = capabilities ?? CapabilitySets()
    sets.bounding += names
    sets.effective += names
    sets.permitted += names
    if !sets.inheritable.isEmpty { sets.ambient += names }
    capabilities = sets
  }
}
