/** How many people are in exactly these segments and in none of the others. */
export interface Region {
  readonly keys: readonly string[]
  readonly count: number
}

/**
 * The parts that segments cut each other into, from how many are in all of each combination: what is in more of them is
 * taken off what is in fewer. Combinations are counted one after the other while people come and go, so a part that came
 * out negative is empty.
 */
export function regionsOf(combinations: readonly Region[]): readonly Region[] {
  const exact = combinations.map(({ keys, count }) => {
    const own = combinations
      .filter((other) => keys.every((key) => other.keys.includes(key)))
      .reduce((sum, other) => sum + ((other.keys.length - keys.length) % 2 === 0 ? other.count : -other.count), 0)
    return { keys, count: Math.max(0, Math.min(own, count)) }
  })
  return exact.toSorted((a, b) => b.count - a.count || a.keys.length - b.keys.length)
}
