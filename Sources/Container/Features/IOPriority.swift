import Kernel
import OCISpec

/// process.ioPriority — config.md "Linux Process", ioprio_set(2)
enum IOPriorities {
  static func apply(_ process: OCISpec.Process) throws(Failure) {
    guard let priority = process.ioPriority else { return }
    let number: CInt =
      switch priority.class {
      case .realTime: 1
      case .bestEffort: 2
      case .idle: 3
      }
    try during("setting the I/O priority \(priority.class.rawValue)", try setIOPriority(class: number, level: priority.priority))
  }
}
