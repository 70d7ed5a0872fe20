import type { CanonicalId } from '../shared/kernel/id.ts'
import { indexPerson, personOf, unindex } from './match-index.ts'
import { forgetPairs, movePairs } from './match-pairs.ts'

/** Nothing of a profile stays in the matching index or among the pairs. Answers how many rows knew of it; repeatable. */
export async function forgetProfile(env: Env, workspace: string, id: CanonicalId): Promise<number> {
  const person = await unindex(env, workspace, id)
  const pairs = await forgetPairs(env, workspace, id)
  return pairs + (person === undefined ? 0 : 1)
}

/** Records that one person keeps for comparing: the newest of every profile that was merged into it, and its own. */
export const MOST_RECORDS = 8

/**
 * One profile was merged into another: what was compared with it is from now on compared with both, because two persons are
 * one only when they are alike on the whole (average link), not when some two of their records are.
 */
export async function absorbProfile(
  env: Env,
  workspace: string,
  winner: CanonicalId,
  loser: CanonicalId,
): Promise<void> {
  const from = await personOf(env, workspace, loser)
  if (from) {
    const into = await personOf(env, workspace, winner)
    const kept = into?.fingerprint === from.fingerprint ? into.records : []
    const fresh = from.records.filter((record) => !kept.some((one) => one.from === record.from))
    const records = [...kept, ...fresh].slice(0, MOST_RECORDS)
    const keys = [...new Set([...(into?.keys ?? []), ...from.keys])]
    await indexPerson(env, workspace, winner, into, { fingerprint: from.fingerprint, records, keys })
    await unindex(env, workspace, loser)
  }
  await movePairs(env, workspace, loser, winner)
}
