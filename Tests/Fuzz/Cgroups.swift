import Fixtures
import Kernel

@testable import ControlGroups
@testable import OCISpec

/// linux.cgroupsPath, an id and the runtime's own cgroup, each on a line.
func fuzzCgroups(_ bytes: [UInt8]) {
  let lines = bytes.split(separator: 0x0a, maxSplits: 2, omittingEmptySubsequences: false).map {
    String(decoding: $0, as: UTF8.self)
  }
  let (given, id, own) = (lines[0], lines.count > 1 ? lines[1] : "c1", lines.count > 2 ? lines[2] : "/a/b")
  var spec = Spec()
  spec.linux.cgroupsPath = given
  let problems = spec.check().filter { $0.path == "linux.cgroupsPath" }
  let isUnit = given.utf8.count { $0 == UInt8(ascii: ":") } == 2

  if let path = try? ControlGroup.path(for: given, id: id.isEmpty ? "c1" : id, ownPath: own) {
    // An id is checked elsewhere, and the kernel's own path is taken as it is.
    require(path.utf8.first == UInt8(ascii: "/"), "not absolute: \(path)")
    if given.utf8.first == UInt8(ascii: "/") { require(names(path).allSatisfy(isName), "leads up: \(path)") }
    require(!names(given).contains(".."), "leads up: \(given)")
    if !given.isEmpty { require(problems.isEmpty || isUnit, "the path is taken, and not the document: \(problems)") }
  } else if given.utf8.first == UInt8(ascii: "/"), !isUnit {
    require(!problems.isEmpty, "the document is taken, and not its path")
  }
  fuzzUnit(given, id)
  _ = OwnGroups(own)
  _ = keyedNumber("populated", own)
}

private func names(_ path: String) -> [String] {
  path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
}

private func fuzzUnit(_ given: String, _ id: String) {
  for ofUser in [false, true] {
    guard let unit = try? SystemdUnit(cgroupsPath: given, id: id, ofUser: ofUser) else { continue }
    require(unit.name.utf8.count < 256 && unit.slice.utf8.count < 256, "a name is too long")
    require(unit.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }, "no name of a unit: \(unit.name)")
    guard let path = try? unit.path() else { return require(false, "a unit without a path") }
    require(path.utf8.first == UInt8(ascii: "/") && names(path).allSatisfy(isName), "leads elsewhere: \(path)")
    require(names(path).last == unit.name, "\(path) is not that of \(unit.name)")
  }
}

/// Device rules, four bytes each: the program of BPF instructions answers as the rules read.
func fuzzDevices(_ bytes: [UInt8]) {
  let numbers: [Int64?] = [nil, -1, 0, 1, 5, 0xfff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]
  let letters = ["r", "w", "m", "rw", "rm", "wm", "rwm", ""]
  let rules = bytes.prefix(4 * 40).chunks(of: 4).map { chunk in
    DeviceRule(
      allow: chunk[0] & 1 == 1, type: DeviceRuleKind.allCases[Int(chunk[0] >> 1) % 3],
      major: numbers[Int(chunk[1]) % numbers.count],
      minor: numbers[Int(chunk[2]) % numbers.count], access: letters[Int(chunk[3]) % letters.count])
  }
  _ = UnitDevices(rules).properties
  guard let program = try? DeviceProgram(rules) else { return require(false, "refused: \(rules)") }
  let machine = DeviceMachine(program: program.instructions)
  require(machine.isWellFormed, "not well formed: \(rules)")
  for type in [1, 2] as [UInt32] {
    for major in [0, 1, 2, 0x8000_0000, 0xffff_ffff] as [UInt32] {
      for minor in [0, 5, 0x7fff_ffff, 0xffff_ffff] as [UInt32] {
        for access in 1...7 as ClosedRange<UInt32> {
          let question = DeviceAccess(type: type, major: major, minor: minor, access: access)
          let expected = isAllowed(question, by: rules)
          require(machine.answer(question) == (expected ? 1 : 0), "\(rules) asked \(question)")
          if program.allowsEverything { require(expected, "\(rules) asked \(question)") }
        }
      }
    }
  }
}

extension Collection where Index == Int {
  fileprivate func chunks(of size: Int) -> [[Element]] {
    stride(from: startIndex, to: endIndex - size + 1, by: size).map { Array(self[$0..<$0 + size]) }
  }
}
