import JSON

/// config.md "Mounts". `MountOptions.parse` reads the options.
package struct Mount: Equatable, Sendable {
  /// The place inside the container; a relative one (deprecated) is meant from "/".
  package var destination: String
  /// A type of /proc/filesystems; a dummy when the options hold `bind` or `rbind`.
  package var type: String
  /// A device, a dummy name, or for a bind a path, absolute or relative to the bundle.
  package var source: String
  package var options: [String]
  /// With `gidMappings`: the mount is id-mapped, with or without the word `idmap` among the options.
  package var uidMappings: [IDMapping]
  package var gidMappings: [IDMapping]

  package init(
    destination: String, type: String = "", source: String = "", options: [String] = [],
    uidMappings: [IDMapping] = [], gidMappings: [IDMapping] = []
  ) {
    self.destination = destination
    self.type = type
    self.source = source
    self.options = options
    self.uidMappings = uidMappings
    self.gidMappings = gidMappings
  }

  init(_ reader: Reader) {
    let null = "mount field contains null byte"
    destination = reader.string("destination", .required, whenNull: null) ?? ""
    type = reader.string("type", whenNull: null) ?? ""
    source = reader.string("source", whenNull: null) ?? ""
    options = reader.strings("options", whenNull: null)
    uidMappings = reader.objects("uidMappings", IDMapping.init)
    gidMappings = reader.objects("gidMappings", IDMapping.init)
  }
}
