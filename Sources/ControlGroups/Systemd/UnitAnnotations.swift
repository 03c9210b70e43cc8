import DBus
import Kernel

extension UnitProperty {
  private static let prefix = "org.systemd.property."

  /// The annotations `org.systemd.property.NAME`, each with a value in GVariant text: what the unit is to have beside
  /// the rest, and above it.
  ///
  /// A NAME that ends in `Sec` is a time in seconds, and in systemd's own interface one in `USec`.
  package static func list(annotations: [String: String]) throws(Failure) -> [UnitProperty] {
    var properties: [UnitProperty] = []
    for (key, text) in annotations.sorted(by: { $0.key < $1.key }) where key.hasPrefix(prefix) {
      do throws(Failure) { properties.append(try property(String(key.dropFirst(prefix.count)), text)) } catch {
        throw error.adding(context: "annotations[\"\(key)\"]")
      }
    }
    return properties
  }

  private static func property(_ name: String, _ text: String) throws(Failure) -> UnitProperty {
    guard name.utf8.count >= 3 else { throw Failure("invalid name: too short", hint: "at least three letters") }
    guard name.utf8.allSatisfy({ UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }) else {
      throw Failure("invalid name: it may have letters only")
    }
    let value = try during("the value \(text)", try Value(text: text))
    guard name.hasSuffix("Sec"), !name.hasSuffix("USec") else { return UnitProperty(name, value) }
    guard let time = microseconds(value) else { throw Failure("the value \(text) is no number of seconds") }
    return UnitProperty("\(name.dropLast("Sec".count))USec", .uint64(time))
  }

  private static func microseconds(_ value: Value) -> UInt64? {
    if case .double(let number) = value { return UInt64(exactly: (number * 1_000_000).rounded(.down)) }
    let seconds: UInt64? =
      switch value {
      case .byte(let number): UInt64(number)
      case .int16(let number): UInt64(exactly: number)
      case .uint16(let number): UInt64(number)
      case .int32(let number): UInt64(exactly: number)
      case .uint32(let number): UInt64(number)
      case .int64(let number): UInt64(exactly: number)
      case .uint64(let number): number
      default: nil
      }
    guard let (product, overflow) = seconds?.multipliedReportingOverflow(by: 1_000_000), !overflow else { return nil }
    return product
  }
}
