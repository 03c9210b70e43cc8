import Kernel

/// What the host and the init of a container say to each other while the container is made.
///
/// ```
///   host                                   init
///    │  clone3 ───────────────────────────▶ │
///    │  writes the id maps                  │ waits, if it has a new user namespace
///    │  ── proceed ───────────────────────▶ │
///    │ ◀───────── networkNamespace + fd ── │ only with linux.netDevices
///    │  moves them                          │
///    │  ── proceed ───────────────────────▶ │
///    │                                      │ mounts, devices
///    │ ◀──────────────────────── mounted ── │ only if there are hooks for it
///    │  prestart and createRuntime hooks    │
///    │  ── proceed ───────────────────────▶ │
///    │                                      │ createContainer hooks, pivot_root, ..., credentials
///    │ ◀────────────────────────── ready ── │
///    │  gives the saved state its name      │
///    │  ── proceed ───────────────────────▶ │ no longer dies with the host
///    │ ◀────────────────────────── ready ── │ `run` does not wait for it: the next word follows at once
///    │  ends                                │ waits at the start gate
/// ```
/// A process that joins (`Joining.swift`) says `ready` once, and proceeds to its program.
///
/// At any point init may send `warning`, `debug`, or `failed`, which is its last. A message is one packet of a SOCK_SEQPACKET
/// pair, so it arrives whole; the end of init is an empty packet.
enum Message: Equatable {
  case proceed
  /// Comes with a handle of the network namespace; answered with `proceed` once linux.netDevices are in it.
  case networkNamespace
  case mounted
  case ready
  /// Comes with the listener of the seccomp filter; answered with `proceed` once the supervisor has it.
  case seccompListener
  case warning(String)
  case debug(String)
  case failed(Failure)

  var encoded: [UInt8] {
    switch self {
    case .proceed: [0]
    case .mounted: [1]
    case .ready: [2]
    case .warning(let text): [3] + Array(text.utf8)
    case .failed(let failure): [4] + failure.encoded
    case .seccompListener: [5]
    case .debug(let text): [6] + Array(text.utf8)
    case .networkNamespace: [7]
    }
  }

  init?(decoding bytes: [UInt8]) {
    switch bytes.first {
    case 0: self = .proceed
    case 1: self = .mounted
    case 2: self = .ready
    case 3: self = .warning(String(decoding: bytes.dropFirst(), as: UTF8.self))
    case 4: self = .failed(Failure(decoding: bytes.dropFirst()))
    case 5: self = .seccompListener
    case 6: self = .debug(String(decoding: bytes.dropFirst(), as: UTF8.self))
    case 7: self = .networkNamespace
    default: return nil
    }
  }
}

/// One end of the conversation.
struct Rendezvous: ~Copyable {
  private let shared: SharedDescriptor

  init(_ socket: consuming Descriptor) { shared = SharedDescriptor(socket) }

  /// The socket itself, to be spared when all else is closed.
  var socket: SharedDescriptor { shared }

  func send(_ message: Message) throws(Failure) { try shared.descriptor.send(message.encoded) }

  func send(_ message: Message, with descriptor: borrowing Descriptor) throws(Failure) {
    try shared.descriptor.send(message.encoded, with: descriptor)
  }

  /// Waits for the only word that init and joiners are ever told. False: the other process has ended instead.
  func mayProceed() throws(Failure) -> Bool {
    // A small buffer: it counts against the container's memory.
    try shared.descriptor.receive(atMost: 64).bytes == Message.proceed.encoded
  }

  /// The next message; nil when the other process has ended.
  func receive() throws(Failure) -> Message? { try receiveWithDescriptor().message }

  /// The next message, and the descriptor that came with it.
  func receiveWithDescriptor() throws(Failure) -> (message: Message?, descriptor: SharedDescriptor?) {
    let packet = try shared.descriptor.receive()
    if packet.bytes.isEmpty { return (nil, nil) }
    guard let message = Message(decoding: packet.bytes) else { throw Failure("the other process sent an unknown message") }
    return (message, packet.descriptor)
  }

  /// The host's next message to act upon: what is meant for the user is passed on, and a failure thrown.
  func next(telling runtime: Runtime) throws(Failure) -> (message: Message?, descriptor: SharedDescriptor?) {
    while true {
      let packet = try receiveWithDescriptor()
      switch packet.message {
      case .warning(let text): runtime.warn(text)
      case .debug(let text): runtime.debug?(text)
      case .failed(let failure): throw failure
      default: return packet
      }
    }
  }

  static var unexpected: Failure { Failure("the container's process sent an unexpected message") }
}
