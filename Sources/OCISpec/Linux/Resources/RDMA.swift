import JSON

/// config-linux.md "RDMA".
package struct RDMA: Equatable, Sendable {
  package var hcaHandles: UInt32?
  package var hcaObjects: UInt32?

  package init(hcaHandles: UInt32? = nil, hcaObjects: UInt32? = nil) {
    self.hcaHandles = hcaHandles
    self.hcaObjects = hcaObjects
  }

  init(_ reader: Reader) {
    hcaHandles = reader.integer("hcaHandles")
    hcaObjects = reader.integer("hcaObjects")
  }
}
