import CLibc
import CLinux

/// inotify(7): what happens to files, in the order in which it happened, kept by the kernel until it is read.
///
/// A user has 128 of these unless fs.inotify.max_user_instances says otherwise.
package struct Inotify: ~Copyable {
  /// What is watched; the kernel never gives the number to another watch of the same ``Inotify``.
  package struct Watch: Hashable, Sendable { let number: CInt }

  package struct Events: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let modified = Events(rawValue: 0x2)
    package static let movedFrom = Events(rawValue: 0x40)
    package static let movedTo = Events(rawValue: 0x80)
    package static let created = Events(rawValue: 0x100)
    package static let deleted = Events(rawValue: 0x200)
    package static let selfDeleted = Events(rawValue: 0x400)
    package static let selfMoved = Events(rawValue: 0x800)
    /// The kernel's queue (fs.inotify.max_queued_events) was full: something was not told.
    package static let overflow = Events(rawValue: 0x4000)
    /// The watch is no more: it was removed, or what it was on.
    package static let ignored = Events(rawValue: 0x8000)
    package static let isDirectory = Events(rawValue: 0x4000_0000)
  }

  package struct Event: Sendable {
    package let watch: Watch
    package let events: Events
    /// The entry of the watched directory; empty for the watched file itself.
    package let name: String
  }

  package let descriptor: Descriptor

  package init() throws(Failure) {
    do { descriptor = Descriptor(owning: try call("inotify_init1") { apus_inotify_init() }) } catch
      where error.errno == .tooManyOpenFiles
    {
      throw error.adding(hint: "this user has as many as fs.inotify.max_user_instances allows")
    }
  }

  /// Watches an open file, whatever its name is or becomes; a second watch of one file replaces the first.
  package func add(_ file: borrowing Descriptor, _ events: Events) throws(Failure) -> Watch {
    let (own, path) = (descriptor.number, "/proc/\(file.procPath)")
    do {
      return Watch(number: try call("inotify_add_watch") { unsafe apus_inotify_add_watch(own, path, events.rawValue) })
    } catch  where error.errno == .noSpace {
      throw error.adding(hint: "this user watches as many files as fs.inotify.max_user_watches allows")
    }
  }

  /// Watches no more. One whose file is gone is none any more, which is no error.
  package func remove(_ watch: Watch) throws(Failure) {
    let own = descriptor.number
    do { try call("inotify_rm_watch") { apus_inotify_rm_watch(own, watch.number) } } catch
      where error.errno == .invalidArgument
    {}
  }

  /// All that has happened up to now. Does not wait.
  package func read() throws(Failure) -> [Event] {
    var all: [Event] = []
    while true {
      let bytes: [UInt8]
      do { bytes = try descriptor.read(atMost: 64 << 10) } catch  where error.errno == .resourceTemporarilyUnavailable {
        return all
      }
      unsafe bytes.withUnsafeBytes { buffer in
        var offset = 0
        // struct inotify_event: s32 watch, u32 mask, u32 cookie, u32 length of the name with its NULs, the name.
        while offset + 16 <= buffer.count {
          let watch = unsafe buffer.loadUnaligned(fromByteOffset: offset, as: CInt.self)
          let mask = unsafe buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
          let length = unsafe Int(buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
          let name = unsafe buffer[(offset + 16)..<(offset + 16 + length)].prefix { $0 != 0 }
          all.append(
            Event(
              watch: Watch(number: watch), events: Events(rawValue: mask), name: unsafe String(decoding: name, as: UTF8.self)))
          offset += 16 + length
        }
      }
    }
  }
}
