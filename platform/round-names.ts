import { CANONICAL, type LineName } from '../shared/lake/line-names.ts'
import { erasedLately, keyedBy } from './erased-person.ts'

/**
 * Names in lines of bronze as the hourly index keeps them: the hash is keyed, and its secret stays in the Worker. Whoever
 * was erased while copies of theirs were on their way is told apart, and by what.
 */
export interface NameKeys {
  /** In the order of the names. */
  readonly keys: readonly string[]
  /** Names of people who were erased, by their place: lines that arrived until then are theirs; null: all lines. */
  readonly erased: readonly (readonly [place: number, until: number | null])[]
}

export async function nameKeys(
  env: Env,
  workspace: string,
  names: readonly LineName[],
  now: number,
): Promise<NameKeys> {
  const keys = names.map(keyedBy(env, workspace))
  const people = await erasedLately(env, workspace, now)
  const erased: [number, number | null][] = []
  for (const [i, { type, match }] of names.entries()) {
    const known = people.filter(({ ids, keys: held }) =>
      type === CANONICAL ? ids.has(match) : held.has(keys[i] as string),
    )
    if (known.length === 0) continue
    const until = type === CANONICAL ? null : Math.max(...known.map((person) => person.until))
    erased.push([i, until])
  }
  return { keys, erased }
}
