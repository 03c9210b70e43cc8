import JSON

/// config-linux.md "Network": cgroup v1 only.
package struct NetworkResources: Equatable, Sendable {
  package var classID: UInt32?
  package var priorities: [InterfacePriority] = []

  package init(classID: UInt32? = nil, priorities: [InterfacePriority] = []) {
    self.classID = classID
    self.priorities = priorities
  }

  init(_ reader: Reader) {
    classID = reader.integer("classID")
    priorities = reader.objects("priorities", InterfacePriority.init)
  }
}

package struct InterfacePriority: Equatable, Sendable {
  package var name: String
  package var priority: UInt32

  package init(name: String, priority: UInt32) {
    self.name = name
    self.priority = priority
  }

  init(_ reader: Reader) {
    name = reader.string("name", .required) ?? ""
    priority = reader.integer("priority", .required) ?? 0
  }
}
