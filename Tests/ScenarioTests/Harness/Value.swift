import Foundation

/// A JSON value that is written as literals and changed by path:
/// `config["process.args"] = ["sh", "-c", "true"]`, `config["mounts.0"] = nil` removes,
/// `config["linux.sysctl", "net.ipv4.ip_forward"] = "1"`: of two or more, the last is a key with its dots.
enum Value: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  case double(Double)
  case string(String)
  case array([Value])
  case object([String: Value])

  subscript(_ path: String...) -> Value? {
    get { value(at: Self.keys(path)) }
    set { set(newValue, at: Self.keys(path)) }
  }

  /// Adds to the end of the array at a path; makes the array if nothing is there.
  mutating func append(_ path: String..., value: Value) {
    let keys = Self.keys(path)
    var elements = self.value(at: keys)?.array ?? []
    elements.append(value)
    set(.array(elements), at: ArraySlice(keys))
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var array: [Value]? { if case .array(let elements) = self { elements } else { nil } }
  var object: [String: Value]? { if case .object(let members) = self { members } else { nil } }
  var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  var strings: [String]? { array?.compactMap(\.string) }
  var int: Int? {
    switch self {
    case .integer(let number): Int(exactly: number)
    case .unsigned(let number): Int(exactly: number)
    default: nil
    }
  }

  init(_ strings: [String]) { self = .array(strings.map { .string($0) }) }
  init(_ number: Int) { self = .integer(Int64(number)) }

  init(parsing text: String) throws { self = try JSONDecoder().decode(Value.self, from: Data(text.utf8)) }

  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  private static func keys(_ path: [String]) -> ArraySlice<String> {
    let split = (path.count == 1 ? path[...] : path.dropLast()).flatMap { $0.split(separator: ".").map(String.init) }
    return (path.count == 1 ? split : split + path.suffix(1))[...]
  }

  private func value(at keys: ArraySlice<String>) -> Value? {
    guard let key = keys.first else { return self }
    switch self {
    case .object(let members): return members[key]?.value(at: keys.dropFirst())
    case .array(let elements):
      guard let index = Int(key), elements.indices.contains(index) else { return nil }
      return elements[index].value(at: keys.dropFirst())
    default: return nil
    }
  }

  private mutating func set(_ new: Value?, at keys: ArraySlice<String>) {
    guard let key = keys.first else {
      self = new ?? .null
      return
    }
    let rest = keys.dropFirst()
    if case .array(var elements) = self, let index = Int(key), elements.indices.contains(index) {
      if rest.isEmpty, new == nil { elements.remove(at: index) } else { elements[index].set(new, at: rest) }
      self = .array(elements)
      return
    }
    var members = object ?? [:]
    if rest.isEmpty {
      members[key] = new
    } else {
      var inner = members[key] ?? .object([:])
      inner.set(new, at: rest)
      members[key] = inner
    }
    self = .object(members)
  }
}

extension Value: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // The order matters: an integer also decodes as a double. Each `try?` asks "is it this kind?".
    if container.decodeNil() { self = .null; return }
    if let value = try? container.decode(Bool.self) { self = .bool(value); return }
    if let value = try? container.decode(Int64.self) { self = .integer(value); return }
    if let value = try? container.decode(UInt64.self) { self = .unsigned(value); return }
    if let value = try? container.decode(Double.self) { self = .double(value); return }
    if let value = try? container.decode(String.self) { self = .string(value); return }
    if let value = try? container.decode([Value].self) { self = .array(value); return }
    self = .object(try container.decode([String: Value].self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .double(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension Value: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int64) { self = .integer(value) }
  init(floatLiteral value: Double) { self = .double(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: Value...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, Value)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}
