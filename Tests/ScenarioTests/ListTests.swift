import Foundation
import Testing

extension Scenarios {
  /// `list [--format table|json] [--quiet]`.
  @Suite struct List {
    @Test(.disabled(if: Runtime.isCrun, "crun has columns of its own"))
    func theTableHasRuncsColumns() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let lines = try container.runtime("list").stdout.split(separator: "\n").map(String.init)
        #expect(lines.count == 2)
        let head = try #require(lines.first)
        #expect(head.split(separator: " ") == ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
        let row = try #require(lines.last).split(separator: " ").map(String.init)
        try #require(row.count >= 5)
        #expect(row[0] == container.id)
        let pid = try container.pid
        #expect(row[1] == String(pid))
        #expect(row[2] == "created")
        #expect(row[3] == container.bundle.path)
        #expect(RFC3339.date(row[4]) != nil)
        #expect(row.last == "root")
        // Each column of the row begins under its head.
        for (title, value) in [("PID", row[1]), ("STATUS", row[2]), ("BUNDLE", row[3]), ("CREATED", row[4])] {
          let column = try #require(head.range(of: title)).lowerBound.utf16Offset(in: head)
          #expect(lines[1].dropFirst(column).hasPrefix(value), "\(title)\n\(lines.joined(separator: "\n"))")
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun lists fewer keys")) func jsonIsAnArrayOfStates() throws {
      let runtime = try Runtime()
      try withContainer(try Bundle(["sleep", "100"]), runtime: runtime) { first in
        let second = TemporaryDirectory.newID()
        defer { runtime.deleteQuietly(second) }
        expectSuccess(try runtime.create(second, try Bundle()))
        let text = try runtime("list", "--format", "json").stdout
        let listed = try #require(try Value(parsing: text).array)
        #expect(listed.count == 2)
        let states = try [first.id, second].map { try #require(try runtime.state($0)) }
        for state in states {
          let same = try #require(listed.first { $0["id"] == state["id"] })
          // runc 1.1.5 names the owner only in `list`.
          for key in ["ociVersion", "id", "pid", "status", "bundle", "created"] + (Runtime.isOldRunc ? [] : ["owner"]) {
            #expect(same[key] == state[key], "\(key) in \(text)")
          }
        }
      }
    }

    @Test(.disabled(if: Runtime.isCrun, "crun prints an empty array"), arguments: [["-f", "json"], ["--format=json"]])
    func jsonOfNothingIsNull(flags: [String]) throws {
      let runtime = try Runtime()
      try File.makeDirectory(runtime.root)
      let outcome = try runtime.call(["list"] + flags)
      expectSuccess(outcome)
      #expect(outcome.stdout.trimmingCharacters(in: .whitespacesAndNewlines) == "null")
    }

    @Test(arguments: ["-q", "--quiet"])
    func quietIsOnlyTheIDs(flag: String) throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let text = try container.runtime("list", flag).stdout
        #expect(text == "\(container.id)\n")
      }
    }

    @Test func aStoppedContainerIsListed() throws {
      try withContainer(try Bundle()) { container in
        try container.startAndFinish()
        let text = try container.runtime("list", "-f", "json").stdout
        #expect(try Value(parsing: text)["0.status"] == "stopped")
      }
    }

    @Test func anEmptyRootIsAnEmptyTable() throws {
      let runtime = try Runtime()
      try File.makeDirectory(runtime.root)
      let outcome = try runtime("list")
      expectSuccess(outcome)
      #expect(outcome.stdout.split(separator: "\n").count == 1)
    }

    @Test(.enabled(if: Runtime.isApus, "runc 1.1.5 and crun call a root that is not there empty"))
    func aGivenRootThatIsNotThereIsRefused() throws {
      let runtime = try Runtime()
      expectFailure(try runtime("list"), saying: runtime.root)
    }

    @Test(.disabled(if: Runtime.isCrun, "crun takes any word"))
    func anUnknownFormatIsRefused() throws {
      let runtime = try Runtime()
      try File.makeDirectory(runtime.root)
      expectFailure(try runtime("list", "--format", "xml"), saying: "format")
    }

    /// One broken state must not hide the others from whoever cleans up.
    @Test func aHalfMadeContainerHidesNoOther() throws {
      try withContainer(try Bundle(["sleep", "100"])) { container in
        let half = "\(container.runtime.root)/half"
        try File.makeDirectory(half)
        defer { rmdir(half) }
        let outcome = try container.runtime("list", "-q")
        #expect(outcome.stdout.split(separator: "\n").contains(container.id[...]), "\(outcome)")
      }
    }
  }
}
