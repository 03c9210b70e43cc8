// The only file that sees json-c. Nothing unsafe leaves it: `Tree` owns what json-c allocated, `Node` points into it and
// is internal to this module, where `Reader` keeps the tree alive for as long as it holds a node.
import CLibc
import CJSON

/// A parsed document. Frees the whole json-c tree when it goes.
@safe final class Tree {
  private let pointer: OpaquePointer

  /// The document's outermost value.
  var root: Node { unsafe Node(pointer) }

  private init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit { _ = unsafe json_object_put(pointer) }

  /// Parses strictly: RFC 8259, valid UTF-8, bounded depth, nothing after the value.
  ///
  /// - Throws: `SyntaxError`, with line and column.
  static func parse(_ bytes: [UInt8], depth: Int32) throws(SyntaxError) -> Tree {
    guard let tokener = unsafe json_tokener_new_ex(depth) else { unsafe apus_abort("json_tokener_new_ex: out of memory") }
    defer { unsafe json_tokener_free(tokener) }
    unsafe json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8)
    let parsed = unsafe bytes.withUnsafeBytes { buffer in
      unsafe json_tokener_parse_ex(tokener, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
    }
    let end = unsafe json_tokener_get_parse_end(tokener)
    guard let parsed = unsafe parsed else {
      throw SyntaxError(in: bytes, at: end, unsafe complaint(json_tokener_get_error(tokener), bytes, end))
    }
    let tree = unsafe Tree(parsed)
    // json-c stops without a word at a NUL byte that follows the value.
    guard end == bytes.count else { throw SyntaxError(in: bytes, at: end, "unexpected bytes after the document's end") }
    return tree
  }

  private static func complaint(_ error: json_tokener_error, _ bytes: [UInt8], _ end: Int) -> String {
    if error == json_tokener_continue { return "unexpected end of the document" }
    let text = unsafe String(cString: json_tokener_error_desc(error))
    guard error == json_tokener_error_parse_unexpected, end < bytes.count, bytes[end] > 0x20, bytes[end] < 0x7f else {
      return text
    }
    return "\(text) '\(Character(Unicode.Scalar(bytes[end])))'"
  }

  /// Serialises with json-c: slashes unescaped, members in the order given.
  static func text(of value: JSONValue, pretty: Bool) -> String {
    let object = unsafe build(value)
    defer { _ = unsafe json_object_put(object) }
    let layout = pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN
    var length = 0
    guard let text = unsafe json_object_to_json_string_length(object, layout | JSON_C_TO_STRING_NOSLASHESCAPE, &length) else {
      unsafe apus_abort("json_object_to_json_string_length: out of memory")
    }
    return unsafe String(decoding: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
  }

  /// json-c's form of `value`, owned by the caller; nil is JSON's null.
  private static func build(_ value: JSONValue) -> OpaquePointer? {
    switch value {
    case .null: return nil
    case .boolean(let value): return unsafe json_object_new_boolean(value ? 1 : 0)
    case .integer(let value): return unsafe json_object_new_int64(value)
    case .unsigned(let value): return unsafe json_object_new_uint64(value)
    case .double(let value):
      // Swift's shortest form that reads back the same; json-c would write 17 digits. JSON has no infinity.
      return value.isFinite ? unsafe json_object_new_double_s(value, "\(value)") : nil
    case .string(var text):
      return text.withUTF8 { utf8 in
        unsafe UnsafeRawBufferPointer(utf8).withMemoryRebound(to: CChar.self) { characters in
          unsafe json_object_new_string_len(characters.baseAddress, Int32(characters.count))
        }
      }
    case .array(let elements):
      let array = unsafe json_object_new_array_ext(Int32(elements.count))
      for element in elements { _ = unsafe json_object_array_add(array, build(element)) }
      return unsafe array
    case .object(let members):
      let object = unsafe json_object_new_object()
      for (name, member) in members { _ = unsafe json_object_object_add(object, name, build(member)) }
      return unsafe object
    }
  }
}

/// One value of a `Tree`; JSON's null is json-c's null pointer. Valid while the tree lives.
@safe struct Node {
  enum Kind { case null, boolean, double, integer, object, array, string }

  private let pointer: OpaquePointer?

  static var null: Node { unsafe Node(nil) }

  init(_ pointer: OpaquePointer?) { unsafe self.pointer = pointer }

  var isNull: Bool { unsafe pointer == nil }

  var kind: Kind {
    switch unsafe json_object_get_type(pointer) {
    case json_type_boolean: .boolean
    case json_type_double: .double
    case json_type_int: .integer
    case json_type_object: .object
    case json_type_array: .array
    case json_type_string: .string
    default: .null
    }
  }

  /// The member `name` of an object; nil when absent or null.
  subscript(name: StaticString) -> Node? {
    var found: OpaquePointer?
    let name = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    guard unsafe json_object_object_get_ex(pointer, name, &found) != 0, let found = unsafe found else { return nil }
    return unsafe Node(found)
  }

  /// The member of an object that `forEachMember` named so.
  func value(of key: String) -> Node {
    unsafe Node(json_object_object_get(pointer, key))
  }

  /// Elements of an array, or members of an object.
  var count: Int {
    switch kind {
    case .array: unsafe json_object_array_length(pointer)
    case .object: unsafe Int(json_object_object_length(pointer))
    default: 0
    }
  }

  func element(_ index: Int) -> Node { unsafe Node(json_object_array_get_idx(pointer, index)) }

  /// Calls `body` for each member of an object, in the document's order.
  func forEachMember(_ body: (_ name: String, _ value: Node) -> Void) {
    var place = unsafe json_object_iter_begin(pointer)
    var end = unsafe json_object_iter_end(pointer)
    while unsafe json_object_iter_equal(&place, &end) == 0 {
      guard let name = unsafe json_object_iter_peek_name(&place) else { return }
      unsafe body(String(cString: name), Node(json_object_iter_peek_value(&place)))
      unsafe json_object_iter_next(&place)
    }
  }

  var boolean: Bool { unsafe json_object_get_boolean(pointer) != 0 }

  /// Exact for all of Int64 and UInt64: json-c's signed view saturates, so what lies above comes from the unsigned one.
  var integer: Int128 {
    let signed = unsafe json_object_get_int64(pointer)
    return signed == .max ? unsafe Int128(exact: json_object_get_uint64(pointer)) : Int128(exact: signed)
  }

  var string: String {
    guard let text = unsafe json_object_get_string(pointer) else { return "" }
    let count = unsafe Int(json_object_get_string_len(pointer))
    return unsafe String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
  }

  /// Whether a string has a NUL byte in it.
  var holdsNullByte: Bool {
    guard let text = unsafe json_object_get_string(pointer) else { return false }
    return unsafe UnsafeRawBufferPointer(start: text, count: Int(json_object_get_string_len(pointer))).contains(0)
  }

  /// A number as the document spells it.
  var literal: String {
    guard let text = unsafe json_object_get_string(pointer) else { return "null" }
    return unsafe String(cString: text)
  }

  /// Members of all objects in this value, at any depth.
  var membersBelow: Int {
    switch kind {
    case .object:
      var sum = count
      forEachValue { sum += $0.membersBelow }
      return sum
    case .array:
      var sum = 0
      for index in 0..<count { sum += element(index).membersBelow }
      return sum
    default: return 0
    }
  }

  /// As `forEachMember`, without making strings of the names.
  private func forEachValue(_ body: (Node) -> Void) {
    var place = unsafe json_object_iter_begin(pointer)
    var end = unsafe json_object_iter_end(pointer)
    while unsafe json_object_iter_equal(&place, &end) == 0 {
      unsafe body(Node(json_object_iter_peek_value(&place)))
      unsafe json_object_iter_next(&place)
    }
  }
}
