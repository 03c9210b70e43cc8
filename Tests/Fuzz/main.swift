// One program for all targets: `fuzz-TARGET [libFuzzer's options] [corpus]`. The target is in its own name, which libFuzzer
// keeps when it starts itself again. See README.md beside this file.
import Glibc

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<CInt>, _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

let targets: [String: ([UInt8]) -> Void] = [
  "json": fuzzJSON, "config": fuzzConfig, "process": fuzzProcess, "resources": fuzzResources, "state": fuzzState,
  "flags": fuzzFlags, "ids": fuzzIDs, "cgroups": fuzzCgroups, "devices": fuzzDevices, "image": fuzzImage,
  "gvariant": fuzzGVariant, "dbus": fuzzDBus,
]

let name = String(CommandLine.arguments[0].split(separator: "/").last?.dropFirst("fuzz-".count) ?? "")
if targets[name] == nil { fatalError("no target \(name): \(targets.keys.sorted().joined(separator: " "))") }
nonisolated(unsafe) let target = targets[name] ?? { _ in }

/// What must hold of every input beside that nothing crashes. libFuzzer takes the trap for a crash and keeps the input.
func require(_ holds: Bool, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line) {
  if !holds { fatalError(what(), file: file, line: line) }
}

var count = CommandLine.argc
var words = CommandLine.unsafeArgv
exit(
  runDriver(&count, &words) { bytes, size in
    target(Array(UnsafeBufferPointer(start: bytes, count: size)))
    return 0
  })
