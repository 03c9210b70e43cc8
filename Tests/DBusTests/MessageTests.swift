import Kernel
import Testing

@testable import DBus

/// Messages to bytes and back, and bytes that are no message.
@Suite struct MessageTests {
  static let everyType: [Value] = [
    .byte(255), .boolean(true), .int16(-2), .uint16(65535), .int32(-3), .uint32(4_000_000_000), .int64(.min),
    .uint64(.max), .double(-1.5), .string("grüß"), .objectPath("/a/b_1"), .signature("a{sv}"), .handle(7),
    .variant(.variant(.uint32(1))), .array(.string, []), .strings(["a", ""]),
    .array(.structure([.string, .variant]), [.structure([.string("x"), .variant(.boolean(false))])]),
    .array(.entry(.string, .uint64), [.entry(.string("k"), .uint64(1))]), .structure([.byte(1), .structure([.uint64(2)])]),
  ]

  private func message(_ body: [Value]) -> Message {
    var message = Message(.call, serial: 7)
    (message.path, message.interface, message.member, message.destination) = ("/o", "i.f", "M", "d.e")
    message.body = body
    return message
  }

  private func decode(_ bytes: [UInt8]) throws -> Message? { try Message(decoding: bytes[...]) }

  @Test(arguments: MessageTests.everyType)
  func aValueComesBackAsItWent(value: Value) throws {
    let sent = message([value])
    #expect(try decode(sent.encoded) == sent)
  }

  @Test func allOfThemInOneMessage() throws {
    let sent = message(MessageTests.everyType)
    #expect(try decode(sent.encoded) == sent)
  }

  /// Written by hand: "l", a call, no flags, version 1, 4 bytes of body, serial 1, 39 bytes of fields.
  @Test func aMessageIsLaidOutAsTheSpecificationSays() throws {
    var call = Message(.call, serial: 1)
    (call.path, call.member) = ("/", "M")
    call.body = [.uint32(5)]
    let expected: [UInt8] =
      [0x6c, 1, 0, 1, 4, 0, 0, 0, 1, 0, 0, 0, 39, 0, 0, 0]
      + [1, 1, 0x6f, 0, 1, 0, 0, 0, 0x2f, 0, 0, 0, 0, 0, 0, 0] + [3, 1, 0x73, 0, 1, 0, 0, 0, 0x4d, 0]
      + [0, 0, 0, 0, 0, 0] + [8, 1, 0x67, 0, 1, 0x75, 0] + [0] + [5, 0, 0, 0]
    #expect(call.encoded == expected)
  }

  /// "B", a signal, 16 bytes of body, serial 9, 56 bytes of fields.
  @Test func theOtherByteOrderIsRead() throws {
    let bytes: [UInt8] =
      [0x42, 4, 0, 1, 0, 0, 0, 16, 0, 0, 0, 9, 0, 0, 0, 56]
      + [1, 1, 0x6f, 0, 0, 0, 0, 2, 0x2f, 0x6f, 0, 0, 0, 0, 0, 0]
      + [2, 1, 0x73, 0, 0, 0, 0, 3, 0x69, 0x2e, 0x66, 0, 0, 0, 0, 0]
      + [3, 1, 0x73, 0, 0, 0, 0, 1, 0x4d, 0, 0, 0, 0, 0, 0, 0] + [8, 1, 0x67, 0, 2, 0x75, 0x74, 0]
      + [0, 0, 0, 5, 0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 6]
    let read = try #require(try decode(bytes))
    #expect(read.kind == .signal && read.serial == 9 && read.path == "/o" && read.interface == "i.f" && read.member == "M")
    #expect(read.body == [.uint32(5), .uint64(6)])
  }

  @Test func anUnknownKindIsIgnored() throws {
    var bytes = message([]).encoded
    bytes[1] = 77
    #expect(try decode(bytes) == nil)
  }

  /// Whatever is cut off or changed: a failure or another message, never a trap.
  @Test func noDamageTraps() throws {
    let whole = message(MessageTests.everyType).encoded
    for count in 0..<whole.count {
      #expect(throws: Failure.self, "\(count) bytes") { try decode(Array(whole[..<count])) }
    }
    for index in whole.indices {
      for byte in [0, 1, 0x28, 0x61, 0x76, 0x7f, 0xff] as [UInt8] {
        var bytes = whole
        bytes[index] = byte
        _ = try? decode(bytes)  // it may still be a message
        _ = try? Message.length(bytes[...])
      }
    }
  }

  @Test(arguments: [
    ("byte order", 0, 0x6d), ("version", 3, 2), ("kind 0", 1, 0), ("serial 0", 8, 0), ("a longer body", 4, 9),
    ("far too long", 7, 0x7f), ("fields too long", 14, 0xff),
  ])
  func aBadHeaderIsRefused(what: String, index: Int, byte: UInt8) {
    var bytes = message([.uint32(1)]).encoded
    bytes[index] = byte
    #expect(throws: Failure.self, "\(what)") { try decode(bytes) }
  }

  @Test func fieldsThatMustBeThereAre() {
    for incomplete in [
      Message(.call, serial: 1), Message(.reply, serial: 1), Message(.error, serial: 1), Message(.signal, serial: 1),
    ] {
      #expect(throws: Failure.self) { try decode(incomplete.encoded) }
    }
  }
}

/// Values of a body by themselves.
@Suite struct DecoderTests {
  private func decode(_ type: String, _ bytes: [UInt8]) throws -> Value {
    var decoder = Decoder(bytes[...], isBigEndian: false)
    return try decoder.value(of: try ValueType(type))
  }

  @Test(
    arguments: [
      ("b", [2, 0, 0, 0]), ("s", [1, 0, 0, 0, 0x61, 1]), ("s", [1, 0, 0, 0, 0xff, 0]), ("s", [1, 0, 0, 0, 0, 0]),
      ("s", [0xff, 0xff, 0xff, 0xff]), ("o", [1, 0, 0, 0, 0x61, 0]), ("o", [2, 0, 0, 0, 0x2f, 0x2f, 0]),
      ("o", [2, 0, 0, 0, 0x2f, 0x2d, 0]), ("o", [0, 0, 0, 0, 0]), ("g", [1, 0x21, 0]), ("v", [2, 0x79, 0x79, 0, 1, 2]),
      ("v", [0, 0]),
      ("ay", [4, 0, 0, 0, 1]), ("au", [3, 0, 0, 0, 1, 2, 3]), ("ay", [0, 0, 0, 0x10]), ("(yu)", [1, 9, 0, 0, 1, 0, 0, 0]),
      ("q", [1]), ("v", [1, 0x61, 0]),
    ] as [(String, [UInt8])])
  func whatIsNoValueIsRefused(type: String, bytes: [UInt8]) {
    // A signature is read as text and refused where it is used.
    if type == "g" { return #expect((try? decode(type, bytes)) == .signature("!")) }
    #expect(throws: Failure.self) { try decode(type, bytes) }
  }

  @Test func variantsInEachOtherEnd() {
    // Each `v` in a `v` is three bytes of signature.
    let bytes = [UInt8]((0..<1000).flatMap { _ in [1, 0x76, 0] as [UInt8] })
    #expect(throws: Failure.self) { try decode("v", bytes) }
  }

  @Test(arguments: ["y", "a{sv}", "(sa(us))", "aay", "a{oa{sv}}", String(repeating: "a", count: 32) + "y"])
  func aSignatureIsReadAndWritten(text: String) throws { #expect(try ValueType(text).text == text) }

  @Test(arguments: [
    "", "z", "a", "(", "()", "(s", "a{s}", "a{vs}", "a{ss", "a{sss}", "{ss}", "ss", ")", String(repeating: "a", count: 34) + "y",
    String(repeating: "(", count: 34) + "y" + String(repeating: ")", count: 34), String(repeating: "y", count: 256),
  ])
  func whatIsNoSignatureIsRefused(text: String) { #expect(throws: Failure.self) { try ValueType(text) } }

  @Test(arguments: [
    ("unix:path=/run/bus", ["/run/bus"]), ("tcp:host=x;unix:guid=1,path=/a%2fb", ["/a/b"]), ("", []), ("unix:path=/a%2", []),
    ("unix:path=/a%zz", []), ("unix:abstract=/tmp/x,guid=1;unix:path=/y", ["@/tmp/x", "/y"]), ("unix:dir=/tmp", []),
  ])
  func anAddressNamesSockets(address: String, paths: [String]) { #expect(BusAddress.sockets(address) == paths) }
}
