import { z } from 'zod'
import { buryDocuments } from '../platform/audience-documents.ts'
import { ConfigStore } from '../platform/config-store.ts'
import { eraseFromArchive, type IsTheirs } from '../platform/erase-archive.ts'
import { eraseFromGold, eraseFromSilver } from '../platform/erase-lake.ts'
import { eraseFromModels } from '../platform/erase-models.ts'
import { eraseFromQuality } from '../platform/erase-quality.ts'
import { erasedPerson, isTheirs } from '../platform/erased-person.ts'
import { closeErasure, type ErasureRow, erasureRow, storeForgot } from '../platform/erasure-row.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { forgetProfile } from '../platform/match-forget.ts'
import { identityStub, laneOf, laneStub, TRACES, traceStub } from '../platform/stubs.ts'
import { ERASED_STORES, type ErasedStore } from '../shared/contract/read-erasure.ts'
import { isObject, jsonOf } from '../shared/kernel/json.ts'
import { compactRound } from './compact-round.ts'

/**
 * Takes a person out of every store, one after the other, and closes the receipt. The graph comes first: from then on
 * nothing more is taken for them, so what follows meets no new data.
 */
const Cursor = z.object({ store: z.enum(ERASED_STORES), at: z.string().nullable(), removed: z.int() })
type Cursor = z.infer<typeof Cursor>

/** One page of what a store does to forget. `next`: where to go on; null when it has forgotten. */
type Forgetting = (
  env: Env,
  row: ErasureRow,
  at: string | null,
) => Promise<{ readonly removed: number; readonly next: string | null } | 'busy'>

const STORES: Readonly<Record<ErasedStore, Forgetting>> = {
  graph: async (env, row) => {
    const erasure = { id: row.id, at: row.requestedAt, state: row.mode === 'suppress' ? 'kept' : 'open' } as const
    const cause = { kind: 'person', at: row.requestedAt } as const
    const erased = await identityStub(env, row.workspace).erase(row.profile, erasure, cause)
    if (erased === 'busy') return 'busy'
    return { removed: row.scope.leaves.length, next: null }
  },
  audience: async (env, row) => ({ removed: await forgetDocuments(env, row), next: null }),
  matching: async (env, row) => ({ removed: await forgetMatching(env, row), next: null }),
  deliveries: async (env, row) => ({ removed: await forgetDeliveries(env, row), next: null }),
  dead_letters: forgetDeadLetters,
  trace: async (env, row) => {
    const ids = [row.profile, ...row.scope.leaves]
    const removed = await Promise.all(TRACES.map((trace) => traceStub(env, row.workspace, trace).forget(ids)))
    return { removed: removed.reduce((sum, lines) => sum + lines, 0), next: null }
  },
  models: async (env, row, at) =>
    eraseFromModels(env, row.workspace, erasedPerson(env, row, ALL_TIME), await theirs(env, row), at),
  archive: async (env, row, at) => {
    const person = erasedPerson(env, row, ALL_TIME)
    return eraseFromArchive(env, row.workspace, person, await theirs(env, row), at)
  },
  quality: async (env, row, at) => eraseFromQuality(env, row.workspace, erasedPerson(env, row, row.requestedAt), at),
  silver: async (env, row, at) =>
    eraseFromSilver(env, row.workspace, erasedPerson(env, row, row.requestedAt), at, Date.now()),
  gold: async (env, row, at) =>
    eraseFromGold(env, row.workspace, erasedPerson(env, row, row.requestedAt), at, Date.now()),
}

/** While the receipt is open nothing with their identifiers is anybody else's. */
const ALL_TIME = Number.POSITIVE_INFINITY

async function theirs(env: Env, row: ErasureRow): Promise<IsTheirs> {
  const config = await new ConfigStore(env.DB).workspace(row.workspace)
  const country = typeof config === 'string' ? undefined : config.settings.identity.defaultCountry
  return isTheirs(env, row.workspace, erasedPerson(env, row, ALL_TIME), country)
}

export const erasePerson = defineJob({
  kind: 'erase-person',
  input: z.object({ erasure: z.string() }),
  cursor: Cursor,
  async step(env, { workspace, input, cursor, done }, now): Promise<JobStep<Cursor>> {
    const row = await erasureRow(env, workspace, input.erasure)
    if (!row) throw new Error(`there is no erasure ${input.erasure}`)
    const { store, at, removed } = cursor ?? { store: ERASED_STORES[0], at: null, removed: 0 }
    const page = await STORES[store](env, row, at)
    const total = ERASED_STORES.length
    if (page === 'busy') {
      // Should whoever has the round be dead, we carry it on; a new one is not begun.
      if (store === 'silver') await compactRound(env, { by: row.id, now, until: 0 })
      return { cursor: { store, at, removed }, done, total, waitMs: 500 }
    }
    const soFar = removed + page.removed
    if (page.next !== null) return { cursor: { store, at: page.next, removed: soFar }, done, total }
    await storeForgot(env, row, store, { at: now, removed: soFar })
    const next = ERASED_STORES[ERASED_STORES.indexOf(store) + 1]
    if (next) return { cursor: { store: next, at: null, removed: 0 }, done: done + 1, total }
    await identityStub(env, workspace).closeErasure(row.scope.leaves)
    await closeErasure(env, row, now)
    return { cursor: { store, at, removed: soFar }, done: total, total, finished: true }
  },
})

/**
 * Letters are looked through a page at a time, by what is in them: a body may be any text. What a destination did not
 * take holds the effect with its profile; every other letter holds items as they were sent.
 */
async function forgetDeadLetters(env: Env, row: ErasureRow, at: string | null) {
  const letters = await env.DB.prepare(
    'SELECT id, body FROM dead_letters WHERE workspace = ? AND id > ? ORDER BY id LIMIT 200',
  )
    .bind(row.workspace, at ?? '')
    .all<{ id: string; body: string }>()
  const isOfThem = await theirs(env, row)
  const gone = letters.results.filter(({ body }) => {
    const kept = jsonOf(body)
    if (!isObject(kept)) return false
    const effect = kept['effect']
    if (isObject(effect) && isOfThem({ canonicalId: effect['profile'] })) return true
    const items = Array.isArray(kept['items']) ? kept['items'] : []
    return items.some((item) => isObject(item) && isOfThem({ item }))
  })
  if (gone.length > 0)
    await env.DB.batch(
      gone.map(({ id }) =>
        env.DB.prepare('DELETE FROM dead_letters WHERE workspace = ? AND id = ?').bind(row.workspace, id),
      ),
    )
  const last = letters.results.at(-1)
  return { removed: gone.length, next: letters.results.length === 200 && last ? last.id : null }
}

/**
 * What waits for them in any lane of any destination, but for the word that they are gone: that is for destinations to
 * hear. What is spilled comes back to its lane and is not sent, since nobody is there to be asked.
 */
async function forgetDeliveries(env: Env, { workspace, profile, scope }: ErasureRow): Promise<number> {
  const destinations = await new ConfigStore(env.DB).destinations(workspace)
  if (destinations === 'unreadable') throw new Error(`the destinations of ${workspace} cannot be read`)
  const people = [...new Set<string>([profile, ...scope.leaves])].map((id) => ({
    profile: id,
    key: `${workspace}:del_`,
  }))
  const byLane = Map.groupBy(people, (person) => laneOf(person.profile))
  let removed = 0
  for (const { id } of destinations)
    for (const [lane, mine] of byLane) removed += await laneStub(env, workspace, id, lane).forget(mine)
  return removed
}

/** One document with its text index, whatever it was merged of; nothing of any of these IDs comes back. */
async function forgetDocuments(env: Env, { workspace, profile, scope }: ErasureRow): Promise<number> {
  await buryDocuments(env, workspace, [...new Set([profile, ...scope.leaves])])
  return 1
}

async function forgetMatching(env: Env, { workspace, profile }: ErasureRow): Promise<number> {
  return forgetProfile(env, workspace, profile)
}
