import Conformance
import Container
import Fixtures
import Foundation
import JSON
import OCISpec
import Testing

/// No property without a row, no row without its property, and "ignored" exactly where the decoder does not look.
@Suite struct Properties {
  /// Objects whose member names are the user's.
  static let maps: Set<String> = [
    "annotations", "linux.sysctl", "linux.netDevices", "linux.resources.rdma", "linux.resources.unified",
  ]
  /// What the fixture has to show that such things are no error.
  static let strangers: Set<String> = ["unknownProperty"]

  static func parsed(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

  /// Every member of a document as a path, with a way to each: one place where it stands.
  static func members(
    _ value: Any, _ path: String = "", _ place: [Any] = [], maps: Set<String> = Self.maps
  ) -> [String: [Any]] {
    var found: [String: [Any]] = [:]
    if let list = value as? [Any] {
      for (index, element) in list.enumerated() {
        found.merge(members(element, path + "[]", place + [index], maps: maps)) { first, _ in first }
      }
    } else if let object = value as? [String: Any] {
      for (name, member) in object {
        let below = (path.isEmpty ? "" : path + ".") + (maps.contains(path) ? "*" : name)
        found[below] = place + [name]
        found.merge(members(member, below, place + [name], maps: maps)) { first, _ in first }
      }
    }
    return found
  }

  static func rows(for property: String, in document: Document) -> [Row] {
    Index.areas.filter { $0.document == document }.flatMap(\.rows).filter { row in
      row.properties.contains { $0 == property || ($0.hasSuffix(".**") && "\(property).".hasPrefix($0.dropLast(2))) }
    }
  }

  static func listed(in document: Document) -> Set<String> {
    let all = Index.areas.filter { $0.document == document }.flatMap(\.rows).flatMap(\.properties)
    return Set(all.map { $0.hasSuffix(".**") ? String($0.dropLast(3)) : $0 })
  }

  @Test func ofTheConfigurationEachHasOneRow() throws {
    let properties = Set(Self.members(try Self.parsed(everyProperty)).keys)
      .filter { name in !Self.strangers.contains { name == $0 || name.hasPrefix("\($0).") } }
    for property in properties.sorted() {
      let rows = Self.rows(for: property, in: .config).map(\.id)
      #expect(rows.count == 1, "\(property) has the rows \(rows)")
    }
    #expect(Self.listed(in: .config).subtracting(properties) == [])
  }

  @Test func ofTheStateEachHasOneRow() throws {
    let state = State(id: "c1", status: .running, pid: 7, bundle: "/b", annotations: ["a": "b"])
    let names = try Self.names(state.document(), maps: ["annotations"])
    #expect(names.symmetricDifference(Self.listed(in: .state)) == [])
  }

  @Test func ofTheFeaturesEachHasOneRow() throws {
    let names = try Self.names(FeaturesFacts.document(version: "1"), maps: ["annotations"])
    #expect(names.symmetricDifference(Self.listed(in: .features)) == [])
  }

  @Test func ofTheContainerProcessStateEachHasOneRow() {
    #expect(Self.listed(in: .containerProcessState) == ["ociVersion", "fds", "pid", "metadata", "state"])
  }

  private static func names(_ document: JSONValue, maps: Set<String>) throws -> Set<String> {
    Set(members(try parsed(document.text(.compact)), maps: maps).keys)
  }

  /// A member is read if a value of another type there is a mistake: tried with each property in turn.
  @Test func whatIsNotReadIsIgnored() throws {
    let document = try Self.parsed(everyProperty)
    _ = try Spec.decode(Array(everyProperty.utf8))
    for (property, place) in Self.members(document) {
      guard let row = Self.rows(for: property, in: .config).first else { continue }
      let changed = Self.replacing(document, at: place[...])
      let bytes = Array(try JSONSerialization.data(withJSONObject: changed))
      let isRead = (try? Spec.decode(bytes)) == nil
      let isIgnored = if case .ignored = row.status { true } else { false }
      #expect(isRead != isIgnored, "\(property) is \(isRead ? "" : "not ")read, and \(row.id) says \(row.status.name)")
    }
  }

  /// The document with 1.5 there, which no property takes.
  private static func replacing(_ value: Any, at place: ArraySlice<Any>) -> Any {
    guard let step = place.first else { return 1.5 }
    if var list = value as? [Any], let index = step as? Int {
      list[index] = replacing(list[index], at: place.dropFirst())
      return list
    }
    if var object = value as? [String: Any], let name = step as? String, let member = object[name] {
      object[name] = replacing(member, at: place.dropFirst())
      return object
    }
    return value
  }
}
