/**
 * How alike two short texts are: Jaro–Winkler and restricted Damerau–Levenshtein. Pure functions of two strings,
 * symmetric, and exact on their published examples.
 */

const flagsA = new Uint8Array(256)
const flagsB = new Uint8Array(256)
/** Longer texts are compared by their first characters; nobody's name needs more. */
const LONGEST = 255

/** Jaro (1989): shared characters within half the longer length of each other, less half the transpositions. In 0..1. */
export function jaro(first: string, second: string): number {
  if (first === second) return 1
  // The greedy assignment below can depend on which text comes first; a fixed order makes it symmetric.
  const [a, b] =
    first.length < second.length || (first.length === second.length && first < second)
      ? [first, second]
      : [second, first]
  const la = Math.min(a.length, LONGEST)
  const lb = Math.min(b.length, LONGEST)
  if (la === 0 || lb === 0) return 0
  const range = Math.max(0, (lb >> 1) - 1)
  flagsA.fill(0, 0, la)
  flagsB.fill(0, 0, lb)
  let common = 0
  for (let i = 0; i < la; i++) {
    const code = a.charCodeAt(i)
    const end = Math.min(lb, i + range + 1)
    for (let j = Math.max(0, i - range); j < end; j++) {
      if (flagsB[j] === 1 || b.charCodeAt(j) !== code) continue
      flagsA[i] = flagsB[j] = 1
      common += 1
      break
    }
  }
  if (common === 0) return 0
  let transposed = 0
  for (let i = 0, j = 0; i < la; i++) {
    if (flagsA[i] === 0) continue
    while (flagsB[j] === 0) j += 1
    if (a.charCodeAt(i) !== b.charCodeAt(j)) transposed += 1
    j += 1
  }
  return (common / la + common / lb + (common - transposed / 2) / common) / 3
}

/** Winkler (1990): Jaro raised by 0.1 of what is missing to 1 for each of up to four equal first characters. */
export function jaroWinkler(a: string, b: string): number {
  const base = jaro(a, b)
  let prefix = 0
  const most = Math.min(4, a.length, b.length)
  while (prefix < most && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix += 1
  return base + prefix * 0.1 * (1 - base)
}

const rows: [Uint16Array, Uint16Array, Uint16Array] = [new Uint16Array(257), new Uint16Array(257), new Uint16Array(257)]

/**
 * Restricted Damerau–Levenshtein (optimal string alignment; Damerau 1964): insertions, deletions, substitutions and swaps
 * of neighbours, no part edited twice. Gives up above `most` and answers `most + 1`.
 */
export function editDistance(a: string, b: string, most = LONGEST): number {
  if (a === b) return 0
  const la = Math.min(a.length, LONGEST)
  const lb = Math.min(b.length, LONGEST)
  if (Math.abs(la - lb) > most) return most + 1
  let [before, last, row] = rows
  for (let j = 0; j <= lb; j++) last[j] = j
  for (let i = 1; i <= la; i++) {
    row[0] = i
    let least = i
    const code = a.charCodeAt(i - 1)
    for (let j = 1; j <= lb; j++) {
      const other = b.charCodeAt(j - 1)
      let cost = (last[j - 1] as number) + (code === other ? 0 : 1)
      const removed = (last[j] as number) + 1
      const added = (row[j - 1] as number) + 1
      if (removed < cost) cost = removed
      if (added < cost) cost = added
      if (i > 1 && j > 1 && code === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === other) {
        const swapped = (before[j - 2] as number) + 1
        if (swapped < cost) cost = swapped
      }
      row[j] = cost
      if (cost < least) least = cost
    }
    // A swap reaches two rows back, so only two rows above the bound end it; `least` of one row is at most one behind.
    if (least > most + 1) return most + 1
    ;[before, last, row] = [last, row, before]
  }
  return Math.min(last[lb] as number, most + 1)
}
