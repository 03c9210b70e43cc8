import Testing

extension Scenarios {
  /// `state ID`: runtime.md "State", and the keys runc adds.
  @Suite struct State {
    @Test func createdRunningStopped() throws {
      let bundle = try Bundle(["sleep", "100"])
      bundle.config["annotations", "org.example.a"] = "b"
      try withContainer(bundle) { container in
        let created = try #require(try container.runtime.state(container.id))
        #expect(created["status"] == "created")
        #expect(created["id"]?.string == container.id)
        #expect(created["bundle"]?.string == bundle.path)
        #expect(created["rootfs"]?.string == bundle.rootfs)
        #expect(created["annotations", "org.example.a"] == "b")
        #expect((created["pid"]?.int ?? 0) > 1)
      }
    }
  }
}
