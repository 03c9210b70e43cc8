import Kernel

@testable import ControlGroups
@testable import DBus

/// The text of an annotation `org.systemd.property.NAME`: what it becomes can be sent, and arrives as it was.
func fuzzGVariant(_ bytes: [UInt8]) {
  guard let text = String(validating: bytes, as: UTF8.self) else { return }
  for name in ["Foo", "TimeoutStopSec", "TimeoutStopUSec"] {
    let key = "org.systemd.property.\(name)"
    guard let property = try? UnitProperty.list(annotations: [key: text]).first else { continue }
    var message = Message(.call, serial: 1)
    (message.path, message.interface, message.member) = ("/org/freedesktop/systemd1", "a.b", "SetUnitProperties")
    message.body = [.array(.structure([.string, .variant]), [.structure([.string(property.name), .variant(property.value)])])]
    let sent = message.encoded
    do throws(Failure) {
      guard let received = try Message(decoding: sent[...]) else { return require(false, "it is of no kind") }
      require(received.encoded == sent, "another value arrives: \(received.body)")
    } catch { require(false, "what is sent cannot be read: \(error.message)") }
  }
}

/// Bytes of a peer: a message or a failure, and what is written again is read the same.
func fuzzDBus(_ bytes: [UInt8]) {
  _ = BusAddress.sockets(String(decoding: bytes, as: UTF8.self))
  read(bytes)
  if let fitting = fit(bytes) { read(fitting) }
}

private func read(_ bytes: [UInt8]) {
  guard bytes.count >= Message.prefixLength, let message = try? Message(decoding: bytes[...]) else { return }
  let written = message.encoded
  do throws(Failure) {
    guard let again = try Message(decoding: written[...]) else { return require(false, "it is of no kind") }
    // Bytes, as a NaN is not equal to itself.
    require(again.encoded == written, "written and read it is another one: \(again)")
  } catch { require(false, "what is written cannot be read: \(error.message): \(message)") }
}

/// The same bytes with lengths that fit, without which hardly any gets past the first look.
private func fit(_ bytes: [UInt8]) -> [UInt8]? {
  guard bytes.count >= Message.prefixLength, bytes[0] == UInt8(ascii: "l") else { return nil }
  let fields = min(Int(bytes[12]) | Int(bytes[13]) << 8, bytes.count - Message.prefixLength)
  let body = bytes.count - Message.prefixLength - (fields + 7) / 8 * 8
  guard body >= 0 else { return nil }
  var fitting = bytes
  fitting[3] = 1
  for index in 0..<4 {
    fitting[4 + index] = UInt8(truncatingIfNeeded: body >> (8 * index))
    fitting[12 + index] = UInt8(truncatingIfNeeded: fields >> (8 * index))
  }
  return fitting
}
