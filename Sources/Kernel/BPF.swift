import CLinux

/// bpf(2), as far as a cgroup's device filter needs it.
package enum BPF {
  /// Loads a BPF_PROG_TYPE_CGROUP_DEVICE program; each instruction is one `struct bpf_insn` as 64 bits, little endian.
  package static func loadDeviceProgram(_ instructions: [UInt64]) throws(Failure) -> Descriptor {
    let license: [CChar] = [0x41, 0x70, 0x61, 0x63, 0x68, 0x65, 0]  // only GPL helpers need a GPL program
    var failure: Failure?
    var number: CInt = -1
    unsafe instructions.withUnsafeBufferPointer { code in
      unsafe license.withUnsafeBufferPointer { license in
        var attributes = bpf_attr()
        attributes.prog_type = 15  // BPF_PROG_TYPE_CGROUP_DEVICE
        attributes.insn_cnt = UInt32(code.count)
        attributes.insns = UInt64(UInt(bitPattern: code.baseAddress))
        attributes.license = UInt64(UInt(bitPattern: license.baseAddress))
        do throws(Failure) { number = try bpf("bpf(BPF_PROG_LOAD)", 5, &attributes) } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return Descriptor(owning: number)
  }

  /// Attaches a device program to a cgroup, beside those that its ancestors have (BPF_F_ALLOW_MULTI).
  package static func attach(_ program: borrowing Descriptor, to cgroup: borrowing Descriptor) throws(Failure) {
    var attributes = bpf_attr()
    attributes.target_fd = UInt32(cgroup.number)
    attributes.attach_bpf_fd = UInt32(program.number)
    attributes.attach_type = 6  // BPF_CGROUP_DEVICE
    attributes.attach_flags = 2
    try bpf("bpf(BPF_PROG_ATTACH)", 8, &attributes)
  }

  /// The ids of the device programs attached to a cgroup itself (BPF_PROG_QUERY); the kernel takes at most 64.
  package static func devicePrograms(of cgroup: borrowing Descriptor) throws(Failure) -> [UInt32] {
    var identifiers = [UInt32](repeating: 0, count: 64)
    var count = 0
    var failure: Failure?
    unsafe identifiers.withUnsafeMutableBufferPointer { buffer in
      var attributes = bpf_attr()
      unsafe attributes.query.target_fd = UInt32(cgroup.number)
      unsafe attributes.query.attach_type = 6
      unsafe attributes.query.prog_ids = UInt64(UInt(bitPattern: buffer.baseAddress))
      unsafe attributes.query.prog_cnt = UInt32(buffer.count)
      do throws(Failure) { try bpf("bpf(BPF_PROG_QUERY)", 16, &attributes) } catch { failure = error }
      count = unsafe Int(attributes.query.prog_cnt)
    }
    if let failure { throw failure }
    return Array(identifiers.prefix(count))
  }

  /// The id of a loaded program, by which it can be found as long as it is attached.
  package static func identifier(of program: borrowing Descriptor) throws(Failure) -> UInt32 {
    var information: [UInt32] = [0, 0]  // the beginning of struct bpf_prog_info: type, id
    var failure: Failure?
    unsafe information.withUnsafeMutableBytes { buffer in
      var attributes = bpf_attr()
      unsafe attributes.info.bpf_fd = UInt32(program.number)
      unsafe attributes.info.info_len = UInt32(buffer.count)
      unsafe attributes.info.info = UInt64(UInt(bitPattern: buffer.baseAddress))
      do throws(Failure) { try bpf("bpf(BPF_OBJ_GET_INFO_BY_FD)", 15, &attributes) } catch { failure = error }
    }
    if let failure { throw failure }
    return information[1]
  }

  /// Opens a loaded program; ENOENT when it is gone.
  package static func program(_ identifier: UInt32) throws(Failure) -> Descriptor {
    var attributes = bpf_attr()
    attributes.prog_id = identifier
    return Descriptor(owning: try bpf("bpf(BPF_PROG_GET_FD_BY_ID)", 13, &attributes))
  }

  package static func detach(_ program: borrowing Descriptor, from cgroup: borrowing Descriptor) throws(Failure) {
    var attributes = bpf_attr()
    attributes.target_fd = UInt32(cgroup.number)
    attributes.attach_bpf_fd = UInt32(program.number)
    attributes.attach_type = 6
    try bpf("bpf(BPF_PROG_DETACH)", 9, &attributes)
  }

  @discardableResult
  private static func bpf(_ name: StaticString, _ command: CInt, _ attributes: inout bpf_attr) throws(Failure) -> CInt {
    let result = unsafe apus_bpf(command, &attributes, UInt32(MemoryLayout<bpf_attr>.size))
    if result >= 0 { return result }
    // Not through `call`: to the verifier EFAULT is a program with too many branches, no bug of ours.
    throw Failure("\(name)", errno: Errno(rawValue: -result))
  }
}
