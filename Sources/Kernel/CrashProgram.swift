/// Which program the Swift runtime executes when this process crashes: none.
///
/// It would look for one named `swift-backtrace` beside its own file, with this very function of its own, for which the linker
/// takes ours (Package.swift). The file that ``OwnProgram`` runs from has no place, so the search would go on below the working
/// directory: of an image, if the caller stands there. Whoever is in a container can send a process that joins it a signal,
/// and what is found would run with all the rights of the runtime.
@_cdecl("__wrap_swift_copyAuxiliaryExecutablePath")
func programOnCrash(_ name: UnsafePointer<CChar>?) -> UnsafePointer<CChar>? { nil }
