import CLibc
import CLinux

/// A name as the kernel has it: any bytes but NUL. A `String` made of what is not UTF-8 is the name of another file, or of none.
package struct FileName: Sendable, Equatable, CustomStringConvertible {
  /// With the NUL at the end.
  let bytes: [CChar]

  init(_ name: some Sequence<UInt8>) { bytes = name.map { CChar(bitPattern: $0) } + [0] }

  /// The name as text; nil when it is not UTF-8.
  package var text: String? { String(validating: bytes.dropLast().lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self) }

  /// For a message only.
  package var description: String { String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) }
}

extension Descriptor {
  /// The names in this directory, without `.` and `..`. The descriptor must not be a `.path` one.
  package func entryNames() throws(Failure) -> [FileName] {
    var names: [FileName] = []
    try rewind()  // a second listing of the same descriptor would be empty otherwise
    while true {
      let bytes = try unsafe filled(32 << 10) { buffer throws(Failure) in
        try call("getdents64") { unsafe apus_getdents64(number, buffer.baseAddress, buffer.count) }
      }
      if bytes.isEmpty { return names }
      var offset = 0
      while offset < bytes.count {
        // struct linux_dirent64: u64 inode, s64 offset, u16 length of the record, u8 type, then the name and its NUL.
        let length = Int(bytes[offset + 16]) | Int(bytes[offset + 17]) << 8
        let name = bytes[(offset + 19)..<(offset + length)].prefix { $0 != 0 }
        if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { names.append(FileName(name)) }
        offset += length
      }
    }
  }

  /// The names that are text. For a directory whose names are ours or the kernel's: any other is of no interest there.
  package func entries() throws(Failure) -> [String] { try entryNames().compactMap { $0.text } }

  package func open(_ name: FileName, _ options: OpenOptions, resolve: Resolve, mode: UInt32 = 0) throws(Failure) -> Descriptor {
    try openat2(options, resolve, mode) { unsafe apus_openat2(number, name.bytes, &$0) }
  }

  /// The status of an entry of this directory; a symbolic link is not followed.
  package func status(of name: FileName) throws(Failure) -> FileStatus {
    var result = statx()
    try call("statx") { unsafe apus_statx(number, name.bytes, 0x100, FileStatus.wanted, &result) }  // AT_SYMLINK_NOFOLLOW
    return FileStatus(result)
  }

  package func removeFile(_ name: FileName) throws(Failure) {
    try call("unlinkat") { unsafe apus_unlinkat(number, name.bytes, 0) }
  }

  package func removeDirectory(_ name: FileName) throws(Failure) {
    try call("unlinkat") { unsafe apus_unlinkat(number, name.bytes, 0x200) }  // AT_REMOVEDIR
  }
}

extension Descriptor {
  /// The target of a symbolic link: of the entry `name`, or of this descriptor when it was opened `.path, .noFollow`.
  package func readLink(_ name: FileName = FileName([UInt8]())) throws(Failure) -> FileName {
    // PATH_MAX, with room for the NUL that the kernel does not write.
    let target = try unsafe filled(4096) { buffer throws(Failure) in
      try unsafe buffer.withMemoryRebound(to: CChar.self) { bytes throws(Failure) in
        try call("readlinkat") { unsafe apus_readlinkat(number, name.bytes, bytes.baseAddress, bytes.count) }
      }
    }
    return FileName(target)
  }
}
