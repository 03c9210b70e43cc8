import JSON

/// config.md "Process".
package struct Process: Equatable, Sendable {
  package var terminal: Bool
  /// Only meaningful with `terminal`.
  package var consoleSize: ConsoleSize?
  package var user: User
  package var args: [String]
  package var env: [String]
  package var cwd: String
  package var rlimits: [Rlimit] = []
  package var capabilities: CapabilitySets?
  package var noNewPrivileges = false
  package var apparmorProfile = ""
  package var selinuxLabel = ""
  /// nil: the value inherited from the runtime stays untouched.
  package var oomScoreAdj: Int?
  package var scheduler: Scheduler?
  package var ioPriority: IOPriority?
  package var execCPUAffinity: ExecCPUAffinity?

  package init(
    args: [String] = [], env: [String] = [], cwd: String = "/", user: User = User(), terminal: Bool = false,
    consoleSize: ConsoleSize? = nil
  ) {
    self.args = args
    self.env = env
    self.cwd = cwd
    self.user = user
    self.terminal = terminal
    self.consoleSize = consoleSize
  }

  /// The file of `exec --process`.
  ///
  /// - Throws: `ConfigurationError` naming every mistake in the document.
  package static func decode(_ bytes: [UInt8], named document: String = "process.json") throws(ConfigurationError) -> Process {
    try OCISpec.decode(bytes, named: document, Process.init)
  }

  init(_ reader: Reader) {
    terminal = reader.flag("terminal") ?? false
    consoleSize = reader.object("consoleSize", ConsoleSize.init)
    user = reader.object("user", User.init) ?? User()
    args = reader.strings("args")
    env = reader.strings("env")
    cwd = reader.string("cwd", .required) ?? ""
    rlimits = reader.objects("rlimits", Rlimit.init)
    capabilities = reader.object("capabilities", CapabilitySets.init)
    noNewPrivileges = reader.flag("noNewPrivileges") ?? false
    apparmorProfile = reader.string("apparmorProfile") ?? ""
    selinuxLabel = reader.string("selinuxLabel") ?? ""
    oomScoreAdj = reader.integer("oomScoreAdj")
    scheduler = reader.object("scheduler", Scheduler.init)
    ioPriority = reader.object("ioPriority", IOPriority.init)
    execCPUAffinity = reader.object("execCPUAffinity", ExecCPUAffinity.init)
  }
}

/// Size of the terminal in characters.
package struct ConsoleSize: Equatable, Sendable {
  package var height: UInt16
  package var width: UInt16

  package init(height: UInt16, width: UInt16) {
    self.height = height
    self.width = width
  }

  init(_ reader: Reader) {
    height = reader.integer("height", .required) ?? 0
    width = reader.integer("width", .required) ?? 0
  }
}

/// config.md "POSIX process", rlimits.
package struct Rlimit: Equatable, Sendable {
  /// A name of getrlimit(2), `RLIMIT_NOFILE`.
  package var type: String
  package var soft: UInt64
  package var hard: UInt64

  package init(type: String, soft: UInt64, hard: UInt64) {
    self.type = type
    self.soft = soft
    self.hard = hard
  }

  init(_ reader: Reader) {
    type = reader.string("type", .required) ?? ""
    soft = reader.integer("soft", .required) ?? 0
    hard = reader.integer("hard", .required) ?? 0
  }
}

/// config.md "Linux Process", capabilities: names of capabilities(7), `CAP_KILL`.
package struct CapabilitySets: Equatable, Sendable {
  package var bounding: [String]
  package var effective: [String]
  package var inheritable: [String]
  package var permitted: [String]
  package var ambient: [String]

  package init(
    bounding: [String] = [], effective: [String] = [], inheritable: [String] = [], permitted: [String] = [],
    ambient: [String] = []
  ) {
    self.bounding = bounding
    self.effective = effective
    self.inheritable = inheritable
    self.permitted = permitted
    self.ambient = ambient
  }

  init(_ reader: Reader) {
    bounding = reader.strings("bounding")
    effective = reader.strings("effective")
    inheritable = reader.strings("inheritable")
    permitted = reader.strings("permitted")
    ambient = reader.strings("ambient")
  }
}

/// config.md "Linux Process", execCPUAffinity: cpu lists such as `0-3,7`; empty leaves the affinity alone.
package struct ExecCPUAffinity: Equatable, Sendable {
  /// While the runtime moves into the container's cgroup.
  package var initial: String
  /// After that.
  package var final: String

  package init(initial: String = "", final: String = "") {
    self.initial = initial
    self.final = final
  }

  init(_ reader: Reader) {
    initial = reader.string("initial") ?? ""
    final = reader.string("final") ?? ""
  }
}
