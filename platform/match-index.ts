import type { MatchPerson, MatchRecord, Neighbour } from '../durable-objects/index.ts'
import { hash53 } from '../shared/kernel/hash.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { asDict } from '../shared/kernel/json.ts'
import { blockingKeys } from '../shared/matching/blocking.ts'
import { type PersonFields, preparePerson } from '../shared/matching/person-fields.ts'
import { identifierKey } from './hashing.ts'
import { MATCH_SHARDS, matchStub } from './stubs.ts'

/** The matching index of a workspace, over its shards (durable-objects/match-shard-object.ts). */

/** Keys of one person, over all its records. */
const MOST_KEYS = 64

function shardOf(text: string): string {
  return MATCH_SHARDS[hash53(text) % MATCH_SHARDS.length] as string
}

/** What is looked up by, from what the records say: hashed under the deployment's secret and the workspace. */
export function keysOf(
  env: Env,
  workspace: string,
  fields: PersonFields,
  records: readonly MatchRecord[],
): readonly string[] {
  const keys = records.flatMap(({ from, values }) => {
    return blockingKeys(fields.schema, preparePerson(fields, from, asDict({ ...values })))
  })
  const kept = [...new Set(keys)].slice(0, MOST_KEYS)
  return kept.map((key) => identifierKey(env.IDENTITY_SECRET, workspace, `match ${fields.fingerprint}`, key))
}

export async function personOf(env: Env, workspace: string, id: CanonicalId): Promise<MatchPerson | undefined> {
  return (await peopleOf(env, workspace, [id])).get(id)
}

export async function peopleOf(
  env: Env,
  workspace: string,
  ids: readonly CanonicalId[],
): Promise<ReadonlyMap<CanonicalId, MatchPerson>> {
  const shards = Map.groupBy(ids, shardOf)
  const found = await Promise.all([...shards].map(([shard, some]) => matchStub(env, workspace, shard).people(some)))
  return new Map(found.flat().map(({ profile, person }) => [profile as CanonicalId, person]))
}

/**
 * Puts a person into the index, in place of what was there, and answers whose keys it shares, most telling first, and how
 * many people its shard keeps. The person is kept before its rows are, so that nothing stays behind that nobody knows of.
 */
export async function indexPerson(
  env: Env,
  workspace: string,
  id: CanonicalId,
  before: MatchPerson | undefined,
  now: Omit<MatchPerson, 'gone'>,
): Promise<{ readonly neighbours: readonly CanonicalId[]; readonly people: number }> {
  const keys = new Set(now.keys)
  const gone = [...(before?.gone ?? []), ...(before?.keys ?? [])].filter((key) => !keys.has(key))
  const people = await matchStub(env, workspace, shardOf(id)).save(id, { ...now, gone })
  const parts = Map.groupBy([...new Set([...now.keys, ...gone])], shardOf)
  const answers = await Promise.all(
    [...parts].map(([shard, some]) => {
      const [left, had] = [some.filter((key) => !keys.has(key)), some.filter((key) => keys.has(key))]
      return matchStub(env, workspace, shard).exchange(id, left, had)
    }),
  )
  return { neighbours: ranked(answers.flat()), people }
}

function ranked(neighbours: readonly Neighbour[]): readonly CanonicalId[] {
  const shares = new Map<string, number>()
  for (const { profile, share } of neighbours) shares.set(profile, (shares.get(profile) ?? 0) + share)
  const order = [...shares].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return order.map(([profile]) => profile as CanonicalId)
}

/** Takes a profile out of the index. Answers what the index knew of it. */
export async function unindex(env: Env, workspace: string, id: CanonicalId): Promise<MatchPerson | undefined> {
  const person = await personOf(env, workspace, id)
  if (!person) return undefined
  const parts = Map.groupBy([...new Set([...person.keys, ...person.gone])], shardOf)
  await Promise.all([...parts].map(([shard, keys]) => matchStub(env, workspace, shard).leave(id, keys)))
  await matchStub(env, workspace, shardOf(id)).remove(id)
  return person
}
