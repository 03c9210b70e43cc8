import JSON

/// config.md "POSIX-platform Hooks", in the order they run.
package struct Hooks: Equatable, Sendable {
  package var prestart: [Hook] = []
  package var createRuntime: [Hook] = []
  package var createContainer: [Hook] = []
  package var startContainer: [Hook] = []
  package var poststart: [Hook] = []
  package var poststop: [Hook] = []

  package init() {}

  init(_ reader: Reader) {
    prestart = reader.objects("prestart", Hook.init)
    createRuntime = reader.objects("createRuntime", Hook.init)
    createContainer = reader.objects("createContainer", Hook.init)
    startContainer = reader.objects("startContainer", Hook.init)
    poststart = reader.objects("poststart", Hook.init)
    poststop = reader.objects("poststop", Hook.init)
  }

  package var isEmpty: Bool {
    prestart.isEmpty && createRuntime.isEmpty && createContainer.isEmpty && startContainer.isEmpty && poststart.isEmpty
      && poststop.isEmpty
  }

  /// The six lists with the names they have in the document.
  package var all: [(name: String, hooks: [Hook])] {
    [
      ("prestart", prestart), ("createRuntime", createRuntime), ("createContainer", createContainer),
      ("startContainer", startContainer), ("poststart", poststart), ("poststop", poststop),
    ]
  }
}

package struct Hook: Equatable, Sendable {
  package var path: String
  /// The hook's whole argv, its name included.
  package var args: [String]
  /// nil: the hook inherits the environment of the process that runs it.
  package var env: [String]?
  /// Seconds.
  package var timeout: Int?

  package init(path: String, args: [String] = [], env: [String]? = nil, timeout: Int? = nil) {
    self.path = path
    self.args = args
    self.env = env
    self.timeout = timeout
  }

  init(_ reader: Reader) {
    path = reader.string("path", .required) ?? ""
    args = reader.strings("args")
    env = reader.optionalStrings("env")
    timeout = reader.integer("timeout")
  }
}
