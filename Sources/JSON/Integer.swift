extension Int128 {
  /// An integer of at most 64 bits. The standard library's conversion stays generic at run time, with the metadata that takes.
  @inline(__always)
  init<T: FixedWidthInteger>(exact value: T) {
    self.init(_low: UInt64(truncatingIfNeeded: value), _high: value < 0 ? -1 : 0)
  }
}
