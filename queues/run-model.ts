import { z } from 'zod'
import { waitingMessages } from '../platform/event-queues.ts'
import { contentHash } from '../platform/hashing.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { erasedSince, knownRowKeys, rowKeys } from '../platform/model-people.ts'
import { openModel } from '../platform/model-reader.ts'
import { type Model, modelOf, modelRow } from '../platform/model-row.ts'
import { RUN_KIND } from '../platform/model-runs.ts'
import { type ModelReader, ModelRefusal } from '../platform/model-source.ts'
import { forgetPages, type ModelState, readPage, readState, swapState, writePage } from '../platform/model-state.ts'
import { heldForActivation } from '../platform/quality-activation.ts'
import { GOLD_TABLES } from '../shared/lake/columns.ts'
import { compareKeys, type KnownRow } from '../shared/model/difference.ts'
import { MOST_WAITING, PAUSE_MS } from './import-progress.ts'
import { ModelTally, NO_COUNTS, tellPage } from './run-model-page.ts'

/**
 * One run of a model (docs/reverse-etl.md). Each step reads one page of rows and the same stretch of what was told before,
 * tells the difference, and writes down what is known now beside it; the end swaps. A step done again tells the same under
 * the same messageIds, and a run that is given up leaves what was known as it was.
 */
export const ModelRunInput = z.object({
  model: z.string(),
  run: z.string(),
  /** When it began: receivedAt of what is told, so that a page done again sends the same copies. */
  at: z.int(),
  dryRun: z.boolean(),
  /** Rows that the command line laid down. */
  upload: z.string().nullable(),
})
export type ModelRunInput = z.infer<typeof ModelRunInput>

const Cursor = z.object({
  phase: z.enum(['rows', 'swap']),
  /** Of the state that is compared with. */
  etag: z.string().nullable(),
  erasures: z.int().default(0),
  folder: z.string(),
  generation: z.int(),
  after: z.string().nullable(),
  /** Rows beyond this of the cursor column are left for the next run. */
  upTo: z.string().nullable(),
  pages: z.array(z.object({ first: z.string(), rows: z.int() })),
  traits: z.array(z.string()),
  total: z.int(),
  tally: ModelTally,
})
type Cursor = z.infer<typeof Cursor>

/** Rows of one step. */
export const PAGE_ROWS = 2_000
/** What is known of a page and what is found of it are held at once. */
const MOST_TRAITS = 500

export const runModel = defineJob({
  kind: RUN_KIND,
  input: ModelRunInput,
  cursor: Cursor,
  async step(env, job, now): Promise<JobStep<Cursor>> {
    const { workspace, input } = job
    const row = await modelRow(env, workspace, input.model)
    if (!row) return { cursor: job.cursor ?? nothing(input), done: 0, failed: 'the model was deleted' }
    const model = modelOf(row)
    const cursor = job.cursor ?? (await begin(env, model, input))
    if (cursor.phase === 'swap') return swap(env, model, input, cursor)
    if ((await waitingMessages(env)) > MOST_WAITING) return { ...progress(cursor, input), waitMs: PAUSE_MS }
    // What is not good enough to leave: of models that read gold.
    const held = model.type === 'lake' ? await heldForActivation(env, workspace, GOLD_TABLES, now) : undefined
    if (held !== undefined) return { ...progress(cursor, input), failed: `held: ${held}` }
    try {
      return await rowsStep(env, model, input, cursor, now)
    } catch (fault) {
      if (fault instanceof ModelRefusal) return { ...progress(cursor, input), failed: fault.message }
      throw fault
    }
  },
})

function nothing({ run }: ModelRunInput): Cursor {
  return {
    phase: 'rows',
    etag: null,
    erasures: 0,
    folder: folderOf(1, run),
    generation: 0,
    after: null,
    upTo: null,
    pages: [],
    traits: [],
    total: -1,
    tally: NO_COUNTS,
  }
}

async function begin(env: Env, model: Model, input: ModelRunInput): Promise<Cursor> {
  const { value, etag } = await readState(env.LAKE, model)
  const { generation, traits, erasures } = value
  // One that begins again leaves its pages behind: they may have what was erased.
  const folder = folderOf(generation + 1, `${input.run} ${erasures}`)
  return { ...nothing(input), etag, erasures, generation, folder, traits }
}

/** What is known changed while the run went on: it begins again when somebody was erased, which tells the same once more. */
async function changed(env: Env, model: Model, input: ModelRunInput, before: Cursor, state: ModelState) {
  if (state.generation === before.generation && state.erasures !== before.erasures)
    return progress(await begin(env, model, input), input)
  return { ...progress(before, input), failed: 'another run of this model ended meanwhile' }
}

function folderOf(generation: number, run: string): string {
  return `g${generation}-${contentHash(run).slice(0, 12)}`
}

async function rowsStep(
  env: Env,
  model: Model,
  input: ModelRunInput,
  before: Cursor,
  now: number,
): Promise<JobStep<Cursor>> {
  const { value: state, etag } = await readState(env.LAKE, model)
  if (etag !== before.etag) return changed(env, model, input, before, state)
  const gone = await erasedSince(env, model.workspace, input.at, now)
  const reader = await openModel(env, model, input.upload)
  try {
    const range = { after: state.cursor, upTo: before.upTo }
    const cursor = before.total < 0 ? await counted(model, reader, before, state.cursor) : before
    if (typeof cursor === 'string') return { ...progress(before, input), failed: cursor }
    const rows = await reader.page(cursor.after, PAGE_ROWS + 1, { ...range, upTo: cursor.upTo })
    // A key that is there twice would be lost between two pages: one row more is looked at, and read again.
    const page = rows.slice(0, PAGE_ROWS)
    const isLast = rows.length <= PAGE_ROWS
    const twice = rows.find((row, i) => i > 0 && compareKeys(rows[i - 1]?.key ?? '', row.key) >= 0)
    if (twice) return { ...progress(cursor, input), failed: `${model.definition.primaryKey} does not tell rows apart` }
    const end = isLast ? null : (page.at(-1)?.key ?? null)
    const known = await knownBetween(env, model, state.folder, state.pages, cursor.after, end)
    // The rest of what is known may be more than a step holds.
    const cut = known.isWhole ? end : (known.rows.at(-1)?.key ?? end)
    const within = cut === null ? page : page.filter(({ key }) => compareKeys(key, cut) <= 0)
    const isGone = (keys: readonly string[]) => gone.size > 0 && keys.some((key) => gone.has(key))
    const told = await tellPage(env, model, input, {
      rows: within.filter(({ row }) => !isGone(rowKeys(env, model, row))),
      known: known.rows.filter((row) => !isGone(knownRowKeys(env, model, row))),
      erased: new Set(state.erased),
      generation: cursor.generation,
      traits: cursor.traits,
      tally: cursor.tally,
      name: `${cursor.pages.length}`,
    })
    if (!input.dryRun && told.known.length > 0)
      await writePage(env.LAKE, model, cursor.folder, cursor.pages.length, told.known)
    // Whoever erases looks at the page, or is seen here.
    const since = await erasedSince(env, model.workspace, input.at, now)
    if (since.size !== gone.size) throw new Error('somebody was erased meanwhile')
    const pages =
      told.known.length > 0
        ? [...cursor.pages, { first: told.known[0]?.key ?? '', rows: told.known.length }]
        : cursor.pages
    const traits = [...new Set([...cursor.traits, ...told.traits])].slice(0, MOST_TRAITS)
    const isOver = cut === null
    const next = { ...cursor, pages, traits, tally: told.tally, after: cut, phase: isOver ? 'swap' : 'rows' } as const
    return progress(next, input)
  } finally {
    await reader.close()
  }
}

/** How many rows there are, and up to where of the cursor column; a text says why they are not read. */
async function counted(
  { definition }: Model,
  reader: ModelReader,
  cursor: Cursor,
  after: string | null,
): Promise<Cursor | string> {
  const { rows, withoutKey, cursor: last } = await reader.facts({ after, upTo: null })
  const { maxRows, primaryKey } = definition
  if (rows > maxRows) return `the query has ${rows} rows, and the model takes ${maxRows}`
  const failed = withoutKey > 0 ? { [`${primaryKey} is null`]: withoutKey } : {}
  const tally = { ...cursor.tally, failed: withoutKey, reasons: failed }
  return { ...cursor, total: rows, upTo: last ?? after, tally }
}

/** Pages of what is known that one step holds. */
const MOST_KNOWN = 20_000

/** What was known of keys greater than `after`, up to `end`; `isWhole`: all of it. */
async function knownBetween(
  env: Env,
  model: Model,
  folder: string,
  pages: readonly { readonly first: string }[],
  after: string | null,
  end: string | null,
): Promise<{ readonly rows: readonly KnownRow[]; readonly isWhole: boolean }> {
  const rows: KnownRow[] = []
  for (const [n, { first }] of pages.entries()) {
    const next = pages[n + 1]
    if (after !== null && next && compareKeys(next.first, after) <= 0) continue
    if (end !== null && compareKeys(first, end) > 0) break
    if (rows.length >= MOST_KNOWN) return { rows, isWhole: false }
    for (const row of await readPage(env.LAKE, model, folder, n)) {
      const isAfter = after === null || compareKeys(row.key, after) > 0
      if (isAfter && (end === null || compareKeys(row.key, end) <= 0)) rows.push(row)
    }
  }
  return { rows, isWhole: true }
}

/** The end: what is known now is in force. */
async function swap(env: Env, model: Model, input: ModelRunInput, cursor: Cursor): Promise<JobStep<Cursor>> {
  const done = { ...progress(cursor, input), finished: true }
  const current = await readState(env.LAKE, model)
  if (input.dryRun) {
    // Rows that were laid down for it have served.
    await forgetPages(env.LAKE, model, [current.value.folder])
    return done
  }
  const { folder, generation, pages, traits, upTo } = cursor
  const rows = pages.reduce((sum, page) => sum + page.rows, 0)
  const { erased, erasures } = current.value
  const next = {
    v: 1 as const,
    generation: generation + 1,
    folder,
    pages,
    rows,
    cursor: upTo,
    traits,
    erased,
    erasures,
  }
  const isMine = current.value.folder === folder
  if (!isMine && !(await swapState(env.LAKE, model, next, cursor.etag)))
    return changed(env, model, input, cursor, (await readState(env.LAKE, model)).value)
  await forgetPages(env.LAKE, model, [folder])
  return done
}

function progress(cursor: Cursor, { dryRun }: ModelRunInput): JobStep<Cursor> {
  const { tally, total } = cursor
  const { rows, failed } = tally
  return { cursor, done: rows, total: Math.max(total, rows), errors: failed, result: { dryRun, ...tally } }
}
