import JSON

/// config-linux.md "IntelRdt". The members `enableCMT` and `enableMBM` of 1.1 to 1.2.1 are gone from the spec and ignored.
package struct IntelRDT: Equatable, Sendable {
  /// Empty: the container's id; `/`: the default class.
  package var closID = ""
  /// Lines of the schemata file, written after the two below.
  package var schemata: [String] = []
  package var l3CacheSchema = ""
  package var memBwSchema = ""
  package var enableMonitoring = false

  package init() {}

  init(_ reader: Reader) {
    closID = reader.string("closID") ?? ""
    schemata = reader.strings("schemata")
    l3CacheSchema = reader.string("l3CacheSchema") ?? ""
    memBwSchema = reader.string("memBwSchema") ?? ""
    enableMonitoring = reader.flag("enableMonitoring") ?? false
  }
}
