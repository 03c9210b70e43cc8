import DBus
import Kernel

/// The manager of units, spoken to over D-Bus (org.freedesktop.systemd1(5)): PID 1, or the one that a user has.
package final class SystemdManager {
  private let connection: Connection

  private static let name = "org.freedesktop.systemd1"
  private static let path = "/org/freedesktop/systemd1"
  /// So long systemd may take for a unit.
  private static let jobLimit = 30

  private init(_ connection: Connection) { self.connection = connection }

  /// - Parameter ofUser: the user's own manager.
  package static func connect(ofUser: Bool) throws(Failure) -> SystemdManager {
    var failures: [Failure] = []
    for (path, isBus) in ofUser ? placesOfUser : placesOfSystem {
      do throws(Failure) {
        let manager = SystemdManager(try Connection.open(path, isBus: isBus))
        if isBus { try manager.listen() }
        return manager
      } catch { failures.append(error) }
    }
    // That of the place where it should have been.
    guard let error = failures.first else { throw unknown(ofUser: ofUser) }
    let hint = error.hint ?? "is systemd running here? Without --systemd-cgroup apus makes the cgroup itself"
    // Not by its errno: engines take "No such file or directory" for a program that is missing.
    if error.hasNobodyThere { throw Failure("systemd does not answer (\(error.context.joined(separator: ": ")))", hint: hint) }
    throw error.adding(context: "asking systemd").adding(hint: hint)
  }

  /// The bus, as systemd's own socket is its own affair (systemd(1) "/run/systemd/private"); but without a bus, or with one that
  /// does not know systemd, there is that.
  private static var placesOfSystem: [(path: String, isBus: Bool)] {
    let buses = BusAddress.system.map { (path: $0, isBus: true) }
    return environmentVariable("DBUS_SYSTEM_BUS_ADDRESS") == nil ? buses + [("/run/systemd/private", false)] : buses
  }

  private static var placesOfUser: [(path: String, isBus: Bool)] {
    let own = environmentVariable("XDG_RUNTIME_DIR").map { [(path: "\($0)/systemd/private", isBus: false)] }
    return BusAddress.session.map { ($0, true) } + (own ?? [])
  }

  private static func unknown(ofUser: Bool) -> Failure {
    if ofUser, environmentVariable("DBUS_SESSION_BUS_ADDRESS") == nil {
      return Failure(
        "neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set, so there is no way to the user's systemd",
        hint: "a login session sets them; `loginctl enable-linger` keeps the user's systemd without one")
    }
    let name = ofUser ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS"
    return Failure(
      "\(name) \(environmentVariable(name) ?? "") names no path of a socket", hint: "such as unix:path=/run/user/1000/bus")
  }

  // MARK: Calls

  private func call(_ member: String, _ arguments: [Value]) throws(Failure) -> Answer {
    try connection.call(
      .init(member, of: "\(SystemdManager.name).Manager", at: SystemdManager.path, on: SystemdManager.name, arguments))
  }

  private func demand(_ member: String, _ arguments: [Value]) throws(Failure) -> [Value] {
    switch try call(member, arguments) {
    case .values(let values): return values
    case .refused(_, let text): throw Failure("systemd: \(member): \(text)")
    }
  }

  /// On a bus signals come to those who ask, and systemd sends none unless somebody does.
  private func listen() throws(Failure) {
    let rule =
      "type='signal',sender='\(SystemdManager.name)',interface='\(SystemdManager.name).Manager',member='JobRemoved',"
      + "path='\(SystemdManager.path)'"
    _ = try connection.demand(
      .init(
        "AddMatch", of: "org.freedesktop.DBus", at: "/org/freedesktop/DBus", on: "org.freedesktop.DBus", [.string(rule)]))
    _ = try demand("Subscribe", [])
  }

  private func property(_ property: String) throws(Failure) -> Value? {
    let arguments: [Value] = [.string("\(SystemdManager.name).Manager"), .string(property)]
    return try connection.demand(
      .init(
        "Get", of: "org.freedesktop.DBus.Properties", at: SystemdManager.path, on: SystemdManager.name, arguments)
    ).first?.content
  }

  /// Of `252.39-1~deb12u1`, `v256` or `257~rc1` the number.
  package func version() throws(Failure) -> Int {
    let text = try property("Version")?.text ?? ""
    let digits = text.drop { !$0.isNumber }.prefix { $0.isNumber }
    guard let number = Int(digits) else { throw Failure("systemd tells no version: \(text)") }
    return number
  }

  /// The cgroup its units lie in, from the root of the hierarchy; empty for the root itself.
  package func controlGroup() throws(Failure) -> String {
    guard let path = try property("ControlGroup")?.text else { throw Failure("systemd does not tell its cgroup") }
    return path == "/" ? "" : path
  }

  // MARK: Units

  /// Starts a unit that is not in any file, and waits until it is there.
  ///
  /// - Returns: false for a slice that was there before.
  package func start(_ unit: SystemdUnit, _ properties: [UnitProperty]) throws(Failure) -> Bool {
    let arguments: [Value] = [
      .string(unit.name), .string("replace"), UnitProperty.list(properties),
      .array(.structure([.string, UnitProperty.listType]), []),
    ]
    var answer = try call("StartTransientUnit", arguments)
    if case .refused("\(SystemdManager.name).UnitExists", _) = answer {
      if unit.isSlice { return false }
      // It may be one that has failed and that systemd keeps for somebody to look at.
      try resetFailed(unit.name)
      answer = try call("StartTransientUnit", arguments)
    }
    switch answer {
    case .refused(_, let text): throw Failure("error creating systemd unit `\(unit.name)`: \(text)")
    case .values(let values):
      do throws(Failure) {
        try finish(values, "error creating systemd unit `\(unit.name)`", "Timeout waiting for systemd to create \(unit.name)")
      } catch {
        // What is left of it, or comes late. The failure above is the one to report.
        _ = Result { () throws(Failure) in _ = try call("StopUnit", [.string(unit.name), .string("replace")]) }
        _ = Result { () throws(Failure) in try resetFailed(unit.name) }
        throw error
      }
      return true
    }
  }

  private func finish(_ answer: [Value], _ failed: String, _ late: String) throws(Failure) {
    guard let job = answer.first?.text else { throw Failure("systemd answers without a job") }
    let signal = try connection.signal(within: SystemdManager.jobLimit * 1000) { signal in
      signal.member == "JobRemoved" && signal.body.count == 4 && signal.body[1].text == job
    }
    guard let result = signal?.body[3].text else { throw Failure(late, hint: "waited \(SystemdManager.jobLimit) s") }
    if result != "done" { throw Failure("\(failed): got `\(result)`", hint: "systemd's journal has more") }
  }

  /// Ends a unit and forgets how it ended. One that is not there is no error.
  package func stop(_ unit: String) throws(Failure) {
    switch try call("StopUnit", [.string(unit), .string("replace")]) {
    case .values(let values):
      try finish(values, "error removing systemd unit `\(unit)`", "Timeout waiting for systemd to remove \(unit)")
    case .refused("\(SystemdManager.name).NoSuchUnit", _): return
    case .refused(_, let text): throw Failure("error removing systemd unit `\(unit)`: \(text)")
    }
    try resetFailed(unit)
  }

  /// Lets systemd forget a unit that has failed.
  func resetFailed(_ unit: String) throws(Failure) {
    // Refused for a unit that is gone by now, which is what is wanted.
    _ = try call("ResetFailedUnit", [.string(unit)])
  }

  /// Until the unit ends: `systemctl set-property --runtime`. Either all of them hold, or none.
  package func setProperties(_ properties: [UnitProperty], of unit: String) throws(Failure) {
    if properties.isEmpty { return }
    _ = try demand("SetUnitProperties", [.string(unit), .boolean(true), UnitProperty.list(properties)])
  }

  /// Moves a process into a unit: what an ordinary user may not do by itself.
  ///
  /// - Parameter below: a path from the unit's cgroup on; empty for that one itself.
  func attach(_ pid: CInt, to unit: String, below: String) throws(Failure) {
    _ = try demand(
      "AttachProcessesToUnit", [.string(unit), .string(below), .array(.uint32, [.uint32(UInt32(bitPattern: pid))])])
  }

  /// What a child that has nothing to do with it lets go of.
  var socket: SharedDescriptor { connection.socket }
}

/// A property of a unit, such as `MemoryMax`.
package struct UnitProperty: Equatable, Sendable {
  package let name: String
  package let value: Value

  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  static let listType = ValueType.array(.structure([.string, .variant]))

  static func list(_ properties: [UnitProperty]) -> Value {
    .array(
      .structure([.string, .variant]), properties.map { .structure([.string($0.name), .variant($0.value)]) })
  }
}

extension Failure {
  /// There is no socket, or nobody listens on it.
  fileprivate var hasNobodyThere: Bool { errno == .noSuchFileOrDirectory || errno == .connectionRefused }
}
