import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { gunzippedText } from '../platform/gzip-text.ts'
import { defineJob, type Job, type JobStep } from '../platform/jobs.ts'
import { type ArchivePlace, firstPlace, readArchive } from '../platform/read-archive.ts'
import { insertPlan } from '../platform/save-plan.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import { type ArchivedLine, eventOfLine } from '../shared/message/archived-event.ts'
import { addEvent, draftOf, type Inference, inferenceOf, inferenceText } from '../shared/tracking-plan/infer.ts'

/**
 * Drafts a tracking plan from the archive, page by page. What was learned so far waits in R2 under the number of the page:
 * a step that is repeated reads what it read before, and learns the same.
 */
export const DraftInput = z.object({
  from: z.int(),
  to: z.int(),
  sources: z.array(z.string()).optional(),
  name: z.string(),
  /** Made beforehand, so that the plan is there once, however often the last step runs. */
  planId: z.string(),
  tokenId: z.string(),
})
export type DraftInput = z.infer<typeof DraftInput>

const Cursor = z.object({ hour: z.int(), cursor: z.string().nullable(), page: z.int(), events: z.int() })
type Cursor = z.infer<typeof Cursor>
type DraftJob = Job<DraftInput, Cursor>

export const draftPlan = defineJob({
  kind: 'draft-tracking-plan',
  input: DraftInput,
  cursor: Cursor,
  async step(env, job, now): Promise<JobStep<Cursor>> {
    const { workspace, input } = job
    const before = job.cursor ?? { ...firstPlace(input.from), page: 0, events: 0 }
    const config = await new ConfigStore(env.DB).workspace(workspace)
    const settings = typeof config === 'string' ? defaultSettings : config.settings
    const inference = await recalled(env, job, before.page)
    const { lines, next } = await readOn(env, before, input.to)
    const events = lines
      .filter((line) => line['workspace'] === workspace && isMeant(line, input))
      .flatMap((line) => eventOfLine(line, settings) ?? [])
    for (const event of events) addEvent(inference, event)
    const after = { page: before.page + 1, events: before.events + events.length }
    if (next) {
      await remember(env, job, after.page, inference)
      return { cursor: { ...next, ...after }, done: after.events }
    }
    const ended = await save(env, job, inference, after.events, now)
    await env.LAKE.delete([before.page, before.page - 1].map((page) => keyOf(job, page)))
    return { cursor: { ...before, ...after }, done: after.events, ...ended }
  },
})

const MOST_LINES = 5_000
const MOST_PAGES = 48

/** Several pages at once: most hours of most weeks are quiet. */
async function readOn(env: Env, from: ArchivePlace, to: number) {
  const lines: ArchivedLine[] = []
  let next: ArchivePlace | null = from
  for (let pages = 0; next && pages < MOST_PAGES && lines.length < MOST_LINES; pages++) {
    const page: Awaited<ReturnType<typeof readArchive>> = await readArchive(env, 'events', next, to)
    lines.push(...page.lines)
    next = page.next
  }
  return { lines, next }
}

/** What was applied; Tributary's own events are no source's. */
function isMeant(line: ArchivedLine, { from, to, sources }: DraftInput): boolean {
  const at = Number(line['receivedAt'])
  if (line['outcome'] !== 'applied' || !(at >= from && at <= to) || line['item'] === undefined) return false
  return !sources || sources.includes(String(line['source']))
}

async function save(env: Env, job: DraftJob, inference: Inference, count: number, now: number) {
  const { planId, name, sources, tokenId } = job.input
  const { events, isComplete } = draftOf(inference)
  if (events.length === 0) return { failed: 'nothing that could be planned was applied in that time' }
  const rules = {
    mode: 'observe' as const,
    ...(sources ? { sources } : {}),
    events: [...events],
    unplanned: 'allow' as const,
  }
  const actor = { env, workspace: job.workspace, tokenId, now }
  const saved = await insertPlan(actor, { id: planId, name, rules }, 'createTrackingPlan')
  if (!saved.ok) return { failed: saved.failure.detail }
  return { finished: true, result: { planId, events: events.length, from: count, isComplete } }
}

function keyOf({ workspace, id }: Pick<Job, 'workspace' | 'id'>, page: number): string {
  return `drafts/${workspace}/${id}/${page}.json.gz`
}

async function recalled(env: Env, job: DraftJob, page: number): Promise<Inference> {
  if (page === 0) return new Map()
  const object = await env.LAKE.get(keyOf(job, page))
  if (!object) throw new Error(`page ${page} of the draft is gone`)
  return inferenceOf(await gunzippedText(object))
}

/** The page before stays until this one is on record: the step that read it may be repeated. */
async function remember(env: Env, job: DraftJob, page: number, inference: Inference): Promise<void> {
  await env.LAKE.put(keyOf(job, page), gzipSync(inferenceText(inference)))
  if (page > 2) await env.LAKE.delete(keyOf(job, page - 2))
}
