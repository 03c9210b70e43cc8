import Kernel

/// Names of users, from the host's /etc/passwd, read once, and looked for once each.
final class Owners {
  private lazy var passwd = (try? Descriptor.open(host: "/etc/passwd", [.readOnly]).readAll()) ?? []  // then the number has to do
  private var names: [UInt32: String] = [:]

  func name(of uid: UInt32) -> String {
    if let name = names[uid] { return name }
    let name = PasswordFile.entry(uid: uid, in: passwd)?.name ?? String(uid)
    names[uid] = name
    return name
  }
}
