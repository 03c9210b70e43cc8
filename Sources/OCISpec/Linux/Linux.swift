import JSON

/// config-linux.md: everything below `linux`.
package struct Linux: Equatable, Sendable {
  package var namespaces: [Namespace] = []
  package var uidMappings: [IDMapping] = []
  package var gidMappings: [IDMapping] = []
  /// By clock, `monotonic` or `boottime`.
  package var timeOffsets: [String: TimeOffset] = [:]
  package var devices: [Device] = []
  /// By the interface's name on the host.
  package var netDevices: [String: NetDevice] = [:]
  /// Empty: the runtime chooses.
  package var cgroupsPath = ""
  package var resources: Resources?
  package var intelRdt: IntelRDT?
  package var memoryPolicy: MemoryPolicy?
  package var sysctl: [String: String] = [:]
  package var seccomp: Seccomp?
  package var rootfsPropagation: Propagation?
  package var maskedPaths: [String] = []
  package var readonlyPaths: [String] = []
  package var mountLabel = ""
  package var personality: Personality?

  package init() {}

  init(_ reader: Reader) {
    namespaces = reader.objects("namespaces", Namespace.init)
    uidMappings = reader.objects("uidMappings", IDMapping.init)
    gidMappings = reader.objects("gidMappings", IDMapping.init)
    timeOffsets = reader.objectMap("timeOffsets", TimeOffset.init)
    devices = reader.objects("devices", Device.init)
    netDevices = reader.objectMap("netDevices", NetDevice.init)
    cgroupsPath = reader.string("cgroupsPath") ?? ""
    resources = reader.object("resources", Resources.init)
    intelRdt = reader.object("intelRdt", IntelRDT.init)
    memoryPolicy = reader.object("memoryPolicy", MemoryPolicy.init)
    sysctl = reader.stringMap("sysctl")
    seccomp = reader.object("seccomp", Seccomp.init)
    rootfsPropagation = reader.choice("rootfsPropagation")
    maskedPaths = reader.strings("maskedPaths")
    readonlyPaths = reader.strings("readonlyPaths")
    mountLabel = reader.string("mountLabel") ?? ""
    personality = reader.object("personality", Personality.init)
  }
}
