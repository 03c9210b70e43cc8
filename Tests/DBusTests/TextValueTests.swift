import Kernel
import Testing

@testable import DBus

/// GVariant text. The accepted rows are what `busctl` and GLib's `g_variant_parse` make of the same text.
@Suite struct TextValueTests {
  @Test(
    arguments: [
      ("true", .boolean(true)), (" false ", .boolean(false)), ("5", .int32(5)), ("-5", .int32(-5)), ("0x10", .int32(16)),
      ("010", .int32(8)), ("1.5", .double(1.5)), ("1e3", .double(1000)), ("uint64 90000000", .uint64(90_000_000)),
      ("byte 255", .byte(255)), ("int16 -1", .int16(-1)), ("uint16 1", .uint16(1)), ("int64 -1", .int64(-1)),
      ("uint32 1", .uint32(1)),
      ("handle 1", .handle(1)), ("double 2", .double(2)), ("boolean true", .boolean(true)), ("string 'x'", .string("x")),
      ("'SIGUSR1'", .string("SIGUSR1")), ("\"it's\"", .string("it's")), (#"'a\'b\n\u00e4\\'"#, .string("a'b\nä\\")),
      ("objectpath '/a'", .objectPath("/a")), ("signature 'as'", .signature("as")), ("@t 7", .uint64(7)),
      ("['crio.service', 'b']", .strings(["crio.service", "b"])), ("['a',]", nil), ("@as []", .strings([])), ("[]", nil),
      ("[1, uint64 2]", .array(.uint64, [.uint64(1), .uint64(2)])), ("[1, 2.5]", .array(.double, [.double(1), .double(2.5)])),
      ("[1, 'a']", nil), ("('a', uint32 1)", .structure([.string("a"), .uint32(1)])), ("(1,)", .structure([.int32(1)])),
      ("()", nil), ("<'a'>", .variant(.string("a"))),
      ("[<1>, <'a'>]", .array(.variant, [.variant(.int32(1)), .variant(.string("a"))])),
      ("{'a': 1, 'b': 2}", .array(.entry(.string, .int32), [.entry(.string("a"), .int32(1)), .entry(.string("b"), .int32(2))])),
      ("{'a': <true>}", .array(.entry(.string, .variant), [.entry(.string("a"), .variant(.boolean(true)))])),
      ("b'ab'", .bytes([0x61, 0x62, 0])),
      (
        "@a(ss) [('/dev/null', 'rw')]",
        .array(.structure([.string, .string]), [.structure([.string("/dev/null"), .string("rw")])])
      ),
      ("@ay [1, 0x2]", .bytes([1, 2])), ("[('a', 1), ('b', uint32 2)]", nil),
    ] as [(String, Value?)])
  func aTextIsAValue(text: String, value: Value?) throws {
    if let value {
      #expect(try Value(text: text) == value)
    } else {
      #expect(throws: Failure.self) { try Value(text: text) }
    }
  }

  @Test(arguments: [
    "", " ", "tru", "True", "yes", "'a", "\"a'", "'a' 'b'", "1 2", "uint64 -1", "byte 256", "uint64 'a'", "uint32 1.5", "int32",
    "[1", "[1 2]", "(1", "{1 2}", "{'a':}", "<1", "@", "@z 1", "@t", "@s 1", "0x", "--1", "1.2.3", #"'\u00"#, #"'\ud800'"#,
    #"'\u0000'"#,
    "nothing", "just 1", "99999999999", "uint64 18446744073709551616", "objectpath 'a'", "{[1]: 2}",
    String(repeating: "[", count: 40) + "1" + String(repeating: "]", count: 40), "'" + String(repeating: "x", count: 65536) + "'",
  ])
  func whatIsNoValueIsRefused(text: String) { #expect(throws: Failure.self) { try Value(text: text) } }

  /// Each level of it once took twice the time of the one below.
  @Test func nestedArraysTakeNoTime() throws {
    let text = String(repeating: "[", count: 31) + "1" + String(repeating: "]", count: 31)
    #expect(try Value(text: text).type.text == String(repeating: "a", count: 31) + "i")
  }

  /// A signature has one byte for its length.
  @Test(arguments: ["(LIST)", "<(LIST)>", "[<(LIST)>]", "{'a': <(LIST)>}"])
  func whatHasTooLongASignatureIsRefused(form: String) throws {
    func text(_ count: Int) -> String {
      let parts = form.split(separator: "LIST")
      return parts[0] + Array(repeating: "1", count: count).joined(separator: ",") + parts[1]
    }
    #expect(throws: Failure.self) { try Value(text: text(254)) }
    var message = Message(.call, serial: 1)
    (message.path, message.member) = ("/", "M")
    message.body = [.variant(try Value(text: text(253)))]
    #expect(try Message(decoding: message.encoded[...]) == message)
  }

  @Test func aTypeThatIsTooDeepOnlyInItsPlaceIsRefused() {
    let deepest = String(repeating: "a", count: ValueType.deepest) + "s"
    #expect(throws: Never.self) { try Value(text: "@\(deepest) []") }
    #expect(throws: Failure.self) { try Value(text: "[@\(deepest) []]") }
  }
}
