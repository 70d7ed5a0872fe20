import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { inPool } from '../platform/in-pool.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { identityStub, profileStub } from '../platform/stubs.ts'
import { isTransient } from '../platform/transient.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { type CanonicalId, isCanonicalId } from '../shared/kernel/id.ts'
import { type JsonValue, jsonOf } from '../shared/kernel/json.ts'
import { reasonOf } from './faults.ts'
import { matchAgain } from './match-messages.ts'
import { RebuildInput, type Rebuilding } from './rebuild-input.ts'
import { FIRST_PEOPLE, nextPeople, People, totalOf } from './rebuild-people.ts'
import { firstScan, Scan, stagePage } from './rebuild-scan.ts'
import { addFailure, addFinished, emptyTally, Tally } from './rebuild-tally.ts'

const Cursor = z.object({
  people: People,
  /** Whose page it is: each with its leaves. */
  batch: z.array(z.object({ id: z.string(), leaves: z.array(z.string()) })),
  /** Null: the page is still to begin. */
  scan: Scan.nullable(),
  tally: Tally,
})
type Cursor = z.infer<typeof Cursor>

/** Profiles asked side by side: few enough for local workerd's open files. */
const AT_ONCE = 16

/**
 * Folds profiles again from the archive (docs/repair.md), a page of people at a time: the graph says what they are made
 * of, the archive is read through once for all of them, and each folds what was put aside for it.
 *
 *   people ─► begin ─► scan, scan, scan … ─► finish ─► the next page
 *                ▲                              │ split or taken over meanwhile: again, at the end, five times at most
 *                └──────────────────────────────┘
 */
export const rebuildProfiles = defineJob({
  kind: 'rebuild',
  input: RebuildInput,
  cursor: Cursor,
  async step(env, { id: job, workspace, input, cursor, total }, now): Promise<JobStep<Cursor>> {
    const at: Cursor = cursor ?? { people: FIRST_PEOPLE, batch: [], scan: null, tally: emptyTally() }
    const call: Rebuilding = { env, job, workspace, input }
    if (at.batch.length === 0) return begin(call, at, total || (await totalOf(env, workspace, input)), now)
    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (typeof config === 'string') throw new Error('the configuration cannot be read')
    if (at.scan === null || at.scan.stream === 'over') return finish(call, config, at, total)
    const { scan, unreadable, lost } = await stagePage(call, config.settings, at.batch, at.scan)
    const tally = { ...at.tally, unreadable: at.tally.unreadable + unreadable }
    for (const { id, reason } of lost) addFailure(tally, id, reason)
    const failed = new Set(lost.map(({ id }) => id))
    const batch = at.batch.filter(({ id }) => !failed.has(id))
    return progress({ ...at, batch, scan, tally }, total)
  },
})

/** The next page of people: what they are made of, by the graph, and the plan in each profile. */
async function begin(call: Rebuilding, at: Cursor, total: number, now: number): Promise<JobStep<Cursor>> {
  const { env, job, workspace, input } = call
  const page = await nextPeople(env, workspace, input, at.people, at.tally.again)
  if (!page) return { ...progress(at, total), total: at.tally.done, finished: true }
  const tally = structuredClone(at.tally)
  if (at.people.list === 'again') tally.again = []
  const ids = page.ids.filter(isCanonicalId)
  const holdings = ids.length > 0 ? await identityStub(env, workspace).holdings(ids) : []
  const batch: Cursor['batch'] = []
  const begun = new Set<string>()
  await inPool([...holdings.entries()], AT_ONCE, async ([i, holding]) => {
    const asked = ids[i] as CanonicalId
    if (holding.kind === 'busy') return void later(tally, asked, page.next, 'it is being split')
    if (holding.kind === 'nobody') return void addFinished(tally, { kind: 'gone' })
    const { profile, epoch, leaves } = holding
    // Two that were named are one by now.
    if (begun.has(profile)) return void addFinished(tally, { kind: 'gone' })
    begun.add(profile)
    const answer = await profileStub(env, workspace, profile).beginRebuild({ job, epoch, leaves })
    if (answer.kind === 'ok') batch.push({ id: profile, leaves: [...leaves] })
    else if (answer.kind === 'gone') addFinished(tally, { kind: 'gone' })
    else if (answer.kind === 'elsewhere') later(tally, asked, page.next, 'it is being merged')
  })
  const scan = batch.length > 0 ? await firstScan(env, input, now) : null
  // What moves needs a moment.
  const pause = batch.length === 0 && page.next.round > 0 ? { waitMs: PAUSE_MS } : {}
  return { ...progress({ people: page.next, batch, scan, tally }, total), ...pause }
}

/** Each folds what was put aside. One that cannot is counted, and holds up nobody else. */
async function finish(
  { env, job, workspace }: Rebuilding,
  config: WorkspaceConfig,
  at: Cursor,
  total: number,
): Promise<JobStep<Cursor>> {
  const tally = structuredClone(at.tally)
  const changed: string[] = []
  const unread: string[] = []
  await inPool(at.batch, AT_ONCE, async ({ id }) => {
    try {
      const answer = await profileStub(env, workspace, id as CanonicalId).finishRebuild(job)
      if (answer.kind === 'unreadable') unread.push(id)
      else if (answer.kind === 'again' || answer.kind === 'elsewhere') later(tally, id, at.people, 'it keeps moving')
      else addFinished(tally, answer)
      if (answer.kind === 'done' && answer.changed) changed.push(id)
    } catch (fault) {
      if (isTransient(fault)) throw fault
      addFailure(tally, id, reasonOf(fault))
    }
  })
  // Who is done answers the same when asked again.
  if (unread.length > 0) throw new Error(`${unread.length} profiles cannot read the configuration`)
  await matchAgain(env, config, changed)
  return progress({ ...at, batch: [], scan: null, tally }, total)
}

/** Whoever is moving is asked again at the end. */
function later(tally: Tally, id: string, { round }: People, reason: string): void {
  if (round >= MOST_ROUNDS) addFailure(tally, id, reason)
  else tally.again.push(id)
}

const MOST_ROUNDS = 5
const PAUSE_MS = 1_000

function progress(cursor: Cursor, total: number): JobStep<Cursor> {
  const { done, errors, again: _, ...result } = cursor.tally
  const seen = done + cursor.batch.length + cursor.tally.again.length
  return { cursor, done, errors, total: Math.max(total, seen), result: jsonOf(JSON.stringify(result)) as JsonValue }
}
