import CGlibc

// Of libm, what the conversion of a limit takes.

package func binaryLogarithm(_ value: Double) -> Double { log2(value) }
package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
