import JSON

/// config-linux.md "Block IO".
package struct BlockIO: Equatable, Sendable {
  package var weight: UInt16?
  /// cgroup v1's CFQ scheduler only.
  package var leafWeight: UInt16?
  package var weightDevice: [WeightDevice] = []
  /// Bytes per second.
  package var throttleReadBpsDevice: [ThrottleDevice] = []
  package var throttleWriteBpsDevice: [ThrottleDevice] = []
  /// Operations per second.
  package var throttleReadIOPSDevice: [ThrottleDevice] = []
  package var throttleWriteIOPSDevice: [ThrottleDevice] = []

  package init(weight: UInt16? = nil) { self.weight = weight }

  init(_ reader: Reader) {
    weight = reader.integer("weight")
    leafWeight = reader.integer("leafWeight")
    weightDevice = reader.objects("weightDevice", WeightDevice.init)
    throttleReadBpsDevice = reader.objects("throttleReadBpsDevice", ThrottleDevice.init)
    throttleWriteBpsDevice = reader.objects("throttleWriteBpsDevice", ThrottleDevice.init)
    throttleReadIOPSDevice = reader.objects("throttleReadIOPSDevice", ThrottleDevice.init)
    throttleWriteIOPSDevice = reader.objects("throttleWriteIOPSDevice", ThrottleDevice.init)
  }
}

package struct WeightDevice: Equatable, Sendable {
  package var major: Int64
  package var minor: Int64
  package var weight: UInt16?
  package var leafWeight: UInt16?

  package init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
    self.major = major
    self.minor = minor
    self.weight = weight
    self.leafWeight = leafWeight
  }

  init(_ reader: Reader) {
    major = reader.integer("major", .required) ?? 0
    minor = reader.integer("minor", .required) ?? 0
    weight = reader.integer("weight")
    leafWeight = reader.integer("leafWeight")
  }
}

package struct ThrottleDevice: Equatable, Sendable {
  package var major: Int64
  package var minor: Int64
  package var rate: UInt64

  package init(major: Int64, minor: Int64, rate: UInt64) {
    self.major = major
    self.minor = minor
    self.rate = rate
  }

  init(_ reader: Reader) {
    major = reader.integer("major", .required) ?? 0
    minor = reader.integer("minor", .required) ?? 0
    rate = reader.integer("rate", .required) ?? 0
  }
}
