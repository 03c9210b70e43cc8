import JSON

/// config-linux.md "Control groups", resources.
package struct Resources: Equatable, Sendable {
  /// In the order they apply: a later rule overrides an earlier one.
  package var devices: [DeviceRule] = []
  package var memory: MemoryResources?
  package var cpu: CPUResources?
  package var pids: PIDs?
  package var blockIO: BlockIO?
  package var hugepageLimits: [HugepageLimit] = []
  package var network: NetworkResources?
  /// By device, `mlx5_1`.
  package var rdma: [String: RDMA] = [:]
  /// File of the cgroup to its content, cgroup v2 only.
  package var unified: [String: String] = [:]

  package init() {}

  /// The file of `update --resources`.
  ///
  /// - Throws: `ConfigurationError` naming every mistake in the document.
  package static func decode(
    _ bytes: [UInt8], named document: String = "resources.json"
  ) throws(ConfigurationError) -> Resources {
    try OCISpec.decode(bytes, named: document, Resources.init)
  }

  init(_ reader: Reader) {
    devices = reader.objects("devices", DeviceRule.init)
    memory = reader.object("memory", MemoryResources.init)
    cpu = reader.object("cpu", CPUResources.init)
    pids = reader.object("pids", PIDs.init)
    blockIO = reader.object("blockIO", BlockIO.init)
    hugepageLimits = reader.objects("hugepageLimits", HugepageLimit.init)
    network = reader.object("network", NetworkResources.init)
    rdma = reader.objectMap("rdma", RDMA.init)
    unified = reader.stringMap("unified")
  }
}
