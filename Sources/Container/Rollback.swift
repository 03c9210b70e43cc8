import Kernel

/// What has been done so far, as a list of ways to undo it. When its life ends without `commit`, the list runs backwards.
struct Rollback: ~Copyable {
  private var undo: [() -> Void] = []

  mutating func add(_ step: @escaping () -> Void) { undo.append(step) }

  /// A step that comes after all others when they are undone.
  mutating func addFirst(_ step: @escaping () -> Void) { undo.insert(step, at: 0) }

  /// All went well: nothing is undone.
  consuming func commit() { undo = [] }

  /// Undoes all of it, now.
  consuming func run() {}

  deinit { for step in undo.reversed() { step() } }
}
