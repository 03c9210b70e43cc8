/// A value that D-Bus can carry, with its type.
package indirect enum Value: Equatable, Sendable {
  case byte(UInt8)
  case boolean(Bool)
  case int16(Int16)
  case uint16(UInt16)
  case int32(Int32)
  case uint32(UInt32)
  case int64(Int64)
  case uint64(UInt64)
  case double(Double)
  case string(String)
  case objectPath(String)
  case signature(String)
  /// The index of a descriptor that travels beside the message.
  case handle(UInt32)
  case variant(Value)
  /// The type is that of an element, which an empty array has too.
  case array(ValueType, [Value])
  case structure([Value])
  case entry(Value, Value)

  package var type: ValueType {
    switch self {
    case .byte: .byte
    case .boolean: .boolean
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .double: .double
    case .string: .string
    case .objectPath: .objectPath
    case .signature: .signature
    case .handle: .handle
    case .variant: .variant
    case .array(let element, _): .array(element)
    case .structure(let members): .structure(members.map { $0.type })
    case .entry(let key, let value): .entry(key.type, value.type)
    }
  }
}

extension Value {
  package static func strings(_ list: [String]) -> Value { .array(.string, list.map { .string($0) }) }
  package static func bytes(_ list: [UInt8]) -> Value { .array(.byte, list.map { .byte($0) }) }

  /// The text of a string or an object path.
  package var text: String? {
    switch self {
    case .string(let text), .objectPath(let text): text
    default: nil
    }
  }

  /// What is in a variant; any other value itself.
  package var content: Value { if case .variant(let inner) = self { inner.content } else { self } }
}
