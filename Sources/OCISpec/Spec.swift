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

  /// The document as far as it can be read, with what is wrong with it.
  ///
  /// - Throws: `ConfigurationError` when it is not JSON.
  package static func draft(
    _ bytes: [UInt8], named document: String = "config.json", listsUnknown: Bool = false
  ) throws(ConfigurationError) -> Draft {
    let reader: Reader
    do {
      reader = try Reader(parsing: bytes, listsUnknown: listsUnknown)
    } catch {
      throw ConfigurationError(document: document, error)
    }
    let spec = Spec(reader)
    reader.finish()
    return Draft(spec: spec, mistakes: reader.problems, unknown: reader.unknown)
  }

  /// A document that may not be right.
  package struct Draft {
    /// To be used only when there are no problems: what cannot be read has a default.
    package var spec: Spec
    /// Members that are missing, of the wrong type or out of range.
    let mistakes: [Problem]
    /// Members that no property has the name of; asked for with `listsUnknown`.
    package let unknown: [UnknownMember]

    /// What cannot be read and what breaks a rule, all at once, without what only follows from another mistake.
    package func problems(rootless: Bool, noPivot: Bool = false) -> [Problem] {
      // What follows from a mistake that is not told cannot be left out.
      if mistakes.isCut { return mistakes }
      let broken = spec.check(rootless: rootless, noPivot: noPivot)
      return mistakes.isEmpty ? broken : mistakes + broken.filter { $0.path.isEmpty || !$0.follows(from: mistakes) }
    }
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
