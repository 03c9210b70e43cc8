/// "did you mean …" with the word nearest to `word`; nil when none is near.
package func suggestion(for word: String, among known: [String], prefix: String = "") -> String? {
  // No word that is known is nearly as long, and comparing takes time that grows with the length.
  guard word.utf8.count <= 64 else { return nil }
  var best: (distance: Int, word: String)?
  for candidate in known {
    let isBeginning = word.count > 1 && candidate.hasPrefix(word)
    let distance = isBeginning ? 0 : editDistance(word, candidate)
    // A third of the letters may be wrong: with more, the guess is noise.
    guard distance <= max(1, candidate.count / 3) else { continue }
    if distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best.map { "did you mean \(prefix)\($0.word)?" }
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to make `a` into `b`.
package func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a)
  let b = Array(b)
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var current = [i + 1]
    for j in 0..<b.count {
      var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforePrevious[j - 1] + 1) }
      current.append(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.count]
}
