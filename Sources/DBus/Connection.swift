import Kernel

/// What a method call came to.
package enum Answer {
  case values([Value])
  /// The other side refused: the name of the error, such as `org.freedesktop.systemd1.UnitExists`, and its words.
  case refused(name: String, text: String)
}

/// A connection to a message bus, or straight to a program that speaks D-Bus.
package final class Connection {
  package let socket: SharedDescriptor
  /// What was read and is not yet a whole message.
  private var buffer: [UInt8] = []
  private var lastSerial: UInt32 = 0
  /// Signals that came while an answer was waited for.
  private var signals: [Message] = []

  /// So long an answer may take.
  private static let patience = 30_000
  /// Signals nobody has asked for yet; the oldest go first.
  private static let mostSignals = 1024

  /// - Parameter isBus: a bus wants to be greeted before all else, a program does not know the greeting.
  package init(socket: consuming Descriptor, isBus: Bool) throws(Failure) {
    self.socket = SharedDescriptor(socket)
    try authenticate()
    if isBus {
      _ = try demand(
        Call("Hello", of: "org.freedesktop.DBus", at: "/org/freedesktop/DBus", on: "org.freedesktop.DBus"))
    }
  }

  // MARK: Authentication

  /// SASL EXTERNAL: the kernel tells the other side who we are. No user id is said: in a user namespace ours is not the one
  /// that the other side sees.
  ///
  /// All of it goes at once, and no message before the answer: systemd does not look at one that comes together with BEGIN.
  private func authenticate() throws(Failure) {
    try socket.descriptor.send([0] + Array("AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8))
    var line = try readLine()
    if line == "DATA" { line = try readLine() }
    guard line.hasPrefix("OK ") else { throw Failure("D-Bus authentication: the answer is \(line)") }
  }

  private func readLine() throws(Failure) -> String {
    let deadline = monotonicMilliseconds() + Connection.patience
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffer[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        buffer.removeFirst(end + 1)
        return line
      }
      guard buffer.count < 4096, try fill(until: deadline) else { throw Failure("D-Bus authentication: no answer") }
    }
  }

  // MARK: Calling

  /// A method of an interface, at an object of a peer.
  package struct Call {
    package var member: String
    package var interface: String
    package var path: String
    package var destination: String
    package var arguments: [Value] = []

    package init(
      _ member: String, of interface: String, at path: String, on destination: String, _ arguments: [Value] = []
    ) {
      self.member = member
      self.interface = interface
      self.path = path
      self.destination = destination
      self.arguments = arguments
    }
  }

  /// Calls a method and waits for the answer.
  package func call(_ call: Call) throws(Failure) -> Answer {
    lastSerial += 1
    var message = Message(.call, serial: lastSerial)
    message.path = call.path
    message.interface = call.interface
    message.member = call.member
    message.destination = call.destination
    message.body = call.arguments
    try socket.descriptor.send(message.encoded)
    let deadline = monotonicMilliseconds() + Connection.patience
    while let answer = try next(until: deadline) {
      if answer.kind == .signal { keep(answer) }
      guard answer.replySerial == message.serial else { continue }
      if answer.kind == .reply { return .values(answer.body) }
      if answer.kind == .error {
        return .refused(name: answer.errorName ?? "", text: answer.body.first?.text ?? answer.errorName ?? "")
      }
    }
    throw Failure("\(call.member): no answer within \(Connection.patience / 1000) s")
  }

  /// The values of the answer; a refusal is a failure.
  package func demand(_ call: Call) throws(Failure) -> [Value] {
    switch try self.call(call) {
    case .values(let values): return values
    case .refused(_, let text): throw Failure("\(call.member): \(text)")
    }
  }

  // MARK: Signals

  private func keep(_ signal: Message) {
    if signals.count == Connection.mostSignals { signals.removeFirst() }
    signals.append(signal)
  }

  /// Waits for a signal that `isWanted`, or has come already; nil when the time is up.
  package func signal(within milliseconds: Int, _ isWanted: (Message) -> Bool) throws(Failure) -> Message? {
    if let index = signals.firstIndex(where: isWanted) { return signals.remove(at: index) }
    let deadline = monotonicMilliseconds() + milliseconds
    while let message = try next(until: deadline) {
      guard message.kind == .signal else { continue }
      if isWanted(message) { return message }
      keep(message)
    }
    return nil
  }

  // MARK: Reading

  /// The next message; nil when the time is up.
  private func next(until deadline: Int) throws(Failure) -> Message? {
    while true {
      if buffer.count >= Message.prefixLength {
        let length = try Message.length(buffer[...])
        if buffer.count >= length {
          let message = try Message(decoding: buffer[..<length])
          buffer.removeFirst(length)
          if let message { return message }
          continue
        }
      }
      if try !fill(until: deadline) { return nil }
    }
  }

  /// Reads what there is; false when the time is up.
  private func fill(until deadline: Int) throws(Failure) -> Bool {
    var poll = Poll()
    poll.add(socket.descriptor, .input)
    let left = max(0, deadline - monotonicMilliseconds())
    if try poll.wait(milliseconds: CInt(clamping: left))[0].isEmpty { return false }
    let more = try socket.descriptor.read(atMost: 64 << 10)
    if more.isEmpty { throw Failure("the other side has ended the connection", errno: .connectionReset) }
    buffer += more
    return true
  }
}
