import Kernel
import OCISpec

/// `path` as seen from the root of the file system.
///
/// A `..` that follows the working directory is resolved here, which is exact, because that path has no symbolic links.
/// Any other is left to the kernel: `link/..` is not what the letters say.
func absolutePath(_ path: String) throws(Failure) -> String {
  if path.isAbsolutePath { return String(pathFromRoot: components(of: path)) }
  let directory = try during("reading the working directory", workingDirectoryPath())
  // getcwd(2) says "(unreachable)" when the directory lies outside of this process's root.
  guard directory.isAbsolutePath else {
    throw Failure("the working directory \(directory) is outside of the root directory", hint: "give an absolute path")
  }
  return absolutePath(path, from: directory)
}

func absolutePath(_ path: String, from directory: String) -> String {
  var base = components(of: directory)
  var rest = components(of: path)[...]
  while rest.first == ".." {
    rest.removeFirst()
    _ = base.popLast()
  }
  return String(pathFromRoot: base + rest)
}

/// Whether the letters of an absolute path lead to `/`, as `/a/..` does.
func isRootDirectory(_ path: String) -> Bool {
  var depth = 0
  for component in components(of: path) { depth = component == ".." ? max(0, depth - 1) : depth + 1 }
  return depth == 0
}

private func components(of path: String) -> [Substring] { path.parts("/").filter { $0 != "." } }
