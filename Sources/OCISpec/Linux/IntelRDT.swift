import JSON

/// config-linux.md "IntelRdt".
package struct IntelRDT: Equatable, Sendable {
  /// Empty: the container's id; `/`: the default class.
  package var closID = ""
  /// Lines of the schemata file, written after the two below.
  package var schemata: [String] = []
  package var l3CacheSchema = ""
  package var memBwSchema = ""
  package var enableMonitoring = false
  /// Of 1.1 to 1.2.1 alone, which did not say what they do; 1.3 has `enableMonitoring` instead.
  package var enableCMT = false
  package var enableMBM = false

  package init() {}

  init(_ reader: Reader) {
    closID = reader.string("closID") ?? ""
    schemata = reader.strings("schemata")
    l3CacheSchema = reader.string("l3CacheSchema") ?? ""
    memBwSchema = reader.string("memBwSchema") ?? ""
    enableMonitoring = reader.flag("enableMonitoring") ?? false
    enableCMT = reader.flag("enableCMT") ?? false
    enableMBM = reader.flag("enableMBM") ?? false
  }
}
