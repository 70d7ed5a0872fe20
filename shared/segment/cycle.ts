import type { Condition } from './condition.ts'
import { readsOf } from './reads.ts'

/**
 * A cycle of segments that read each other, as the keys along it, the first one again at the end (`['a', 'b', 'a']`), or
 * undefined. Keys that no definition has are no part of one.
 */
export function findCycle(
  definitions: readonly { readonly key: string; readonly condition: Condition }[],
): readonly string[] | undefined {
  const reads = new Map(definitions.map(({ key, condition }) => [key, readsOf(condition).segments]))
  const done = new Set<string>()
  function walk(key: string, path: readonly string[]): readonly string[] | undefined {
    const met = path.indexOf(key)
    if (met >= 0) return [...path.slice(met), key]
    if (done.has(key)) return undefined
    for (const next of reads.get(key) ?? []) {
      const cycle = walk(next, [...path, key])
      if (cycle) return cycle
    }
    done.add(key)
    return undefined
  }
  for (const { key } of definitions) {
    const cycle = walk(key, [])
    if (cycle) return cycle
  }
  return undefined
}
