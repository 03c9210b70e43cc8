/// passwd(5)
enum PasswordFile {
  static func entry(uid: UInt32, in bytes: [UInt8]) -> (name: String, home: String)? {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard fields.count >= 6, let id = UInt32(String(decoding: fields[2], as: UTF8.self)), id == uid else { continue }
      let home = String(decoding: fields[5], as: UTF8.self)
      return (String(decoding: fields[0], as: UTF8.self), home.isEmpty ? "/" : home)
    }
    return nil
  }
}
