import JSON

/// config.json: config.md "Specification version" to "Extensibility".
///
/// Members have the document's own names. An absent array or map is empty, an absent object nil, except `hooks` and
/// `linux`, whose defaults say the same. A text for which empty and absent mean the same is a plain string.
package struct Spec: Equatable, Sendable {
  package var ociVersion = SpecVersion.supported.description
  /// Absent: such a container can be created, but not started.
  package var process: Process?
  package var root: Root?
  /// Empty: the UTS namespace keeps the name it has.
  package var hostname = ""
  package var domainname = ""
  package var mounts: [Mount] = []
  package var hooks = Hooks()
  package var annotations: [String: String] = [:]
  package var linux = Linux()

  package init() {}

  /// - Throws: `ConfigurationError` naming every mistake in the document.
  package static func decode(_ bytes: [UInt8], named document: String = "config.json") throws(ConfigurationError) -> Spec {
    try OCISpec.decode(bytes, named: document, Spec.init)
  }

  init(_ reader: Reader) {
    ociVersion = reader.string("ociVersion", .required) ?? ""
    process = reader.object("process", Process.init)
    root = reader.object("root", Root.init)
    hostname = reader.string("hostname") ?? ""
    domainname = reader.string("domainname") ?? ""
    mounts = reader.objects("mounts", Mount.init)
    hooks = reader.object("hooks", Hooks.init) ?? Hooks()
    annotations = reader.stringMap("annotations", opaque: true)
    linux = reader.object("linux", Linux.init) ?? Linux()
  }
}
