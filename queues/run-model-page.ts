import { z } from 'zod'
import { contentHash } from '../platform/hashing.ts'
import { rowKeys, rowMark } from '../platform/model-people.ts'
import type { Model } from '../platform/model-row.ts'
import type { SourceRow } from '../platform/model-source.ts'
import { instantOf } from '../shared/import/field-value.ts'
import { canonicalJson } from '../shared/kernel/canonical-json.ts'
import { toIso } from '../shared/kernel/instant.ts'
import { isObject, type JsonObject } from '../shared/kernel/json.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import { differenceOf, type FoundRow, type KnownRow, knownAfter } from '../shared/model/difference.ts'
import { ownerIn, removedItem, rowItem } from '../shared/model/row-item.ts'
import type { ModelRunInput } from './run-model.ts'
import { sendModelItems } from './run-model-send.ts'

/** What came of a run so far. */
export const ModelTally = z.object({
  rows: z.int(),
  added: z.int(),
  changed: z.int(),
  removed: z.int(),
  unchanged: z.int(),
  failed: z.int(),
  /** Of a destination: rows that its rules leave out, consent among them. */
  skipped: z.int().default(0),
  /** Why rows failed or were skipped, and how many. */
  reasons: z.record(z.string(), z.int()),
  /** Some of them, by their primary keys. */
  failures: z.array(z.object({ key: z.string(), reason: z.string() })),
  /** Of a dry run: some of what would be told. */
  samples: z.array(z.object({ key: z.string(), change: z.string(), item: z.custom<JsonObject>(isObject) })),
})
export type ModelTally = z.infer<typeof ModelTally>

export const NO_COUNTS: ModelTally = {
  rows: 0,
  added: 0,
  changed: 0,
  removed: 0,
  unchanged: 0,
  failed: 0,
  skipped: 0,
  reasons: {},
  failures: [],
  samples: [],
}

const MOST_FAILURES = 50
const MOST_REASONS = 50
const MOST_SAMPLES = 10

export interface ModelPage {
  readonly rows: readonly SourceRow[]
  /** What was told of the same stretch of keys. */
  readonly known: readonly KnownRow[]
  /** Marks of rows of people who were erased: as long as they stay so, they are no news. */
  readonly erased: ReadonlySet<string>
  readonly generation: number
  /** Names of traits that rows had so far. */
  readonly traits: readonly string[]
  readonly tally: ModelTally
  /** Of the page, within its run. */
  readonly name: string
}

export interface ModelItem {
  readonly key: string
  readonly change: 'added' | 'changed' | 'removed'
  readonly messageId: string
  readonly body: JsonObject
}

/**
 * A row that was not told. `skipped`: by a destination's rules, and like what `failed` it is tried again by the next run.
 * `buried`: it failed, and a dead letter has it, which is what is tried again.
 */
export interface Untold {
  readonly key: string
  readonly reason: string
  readonly kind: 'failed' | 'skipped' | 'buried'
}

/** Tells the difference of a page, and answers what is known afterwards. */
export async function tellPage(env: Env, model: Model, input: ModelRunInput, page: ModelPage) {
  const { definition } = model
  const found: FoundRow<{ item: JsonObject; row: JsonObject }>[] = []
  const failures: Untold[] = []
  const traits = new Set<string>()
  for (const { key, row } of page.rows) {
    const item = rowItem(definition, row)
    if (!item.ok) failures.push({ key, reason: item.failure, kind: 'failed' })
    else found.push({ key, hash: contentHash(canonicalJson(item.value)), row: { item: item.value, row } })
    const told = item.ok && isObject(item.value['traits']) ? Object.keys(item.value['traits']) : []
    for (const name of told) traits.add(name)
  }
  // A row that failed is there all the same: it is not removed.
  const failedKeys = new Set(failures.map(({ key }) => key))
  const isWhole = definition.cursor === null
  const known = page.known.filter(({ key }) => !failedKeys.has(key))
  const { added: unknown, changed, removed, same } = differenceOf(known, found)
  const isErased = (row: KnownRow) => page.erased.size > 0 && page.erased.has(rowMark(env, model, row))
  const added = unknown.filter((row) => !isErased(row))
  const items = [
    ...added.map((row) => itemOf(model, input, page, row, 'added')),
    ...changed.map((row) => itemOf(model, input, page, row, 'changed')),
    ...(isWhole ? removed.flatMap((row) => removedOf(model, input, page, row) ?? []) : []),
  ]
  const large = items.filter(({ body }) => Buffer.byteLength(JSON.stringify(body)) > LIMITS.eventBytes)
  failures.push(
    ...large.map(({ key }) => ({
      key,
      reason: `it has more than ${LIMITS.eventBytes} bytes`,
      kind: 'failed' as const,
    })),
  )
  const sendable = items.filter((item) => !large.includes(item))
  failures.push(...(await sendModelItems(env, model, input, page.name, sendable)))
  const untold = new Map(failures.map((failure) => [failure.key, failure]))
  const lost = new Map([...untold].filter(([, { kind }]) => kind !== 'buried'))
  const keepsOwner = definition.onRemoved !== 'ignore'
  const told = [...added, ...changed].map(({ key, hash, row }) => {
    if (lost.has(key)) return { key, hash: null }
    const owner = keepsOwner ? ownerIn(definition, row.row) : undefined
    return { key, hash, ...(owner?.ok ? { owner: owner.value } : { of: rowKeys(env, model, row.row) }) }
  })
  const there = [...found, ...[...lost.values()].map(({ key }) => ({ key, hash: '', row: { item: {}, row: {} } }))]
  return {
    known: knownAfter(page.known, told, { isWhole, found: there }),
    traits: [...traits],
    tally: tallied(page.tally, {
      rows: page.rows.length,
      added: added.filter(({ key }) => !untold.has(key)).length,
      changed: changed.filter(({ key }) => !untold.has(key)).length,
      removed: isWhole ? removed.filter(({ key }) => !untold.has(key)).length : 0,
      unchanged: same + unknown.length - added.length,
      failures: [...untold.values()],
      items: input.dryRun ? items.filter(({ key }) => !untold.has(key)) : [],
    }),
  }
}

function itemOf(
  { id, definition }: Model,
  { at }: ModelRunInput,
  { generation }: ModelPage,
  { key, hash, row }: FoundRow<{ item: JsonObject; row: JsonObject }>,
  change: 'added' | 'changed',
): ModelItem {
  // The generation is that of what is known: a run that is done again tells the same, a value that comes back is news.
  const messageId = contentHash(`${id}\n${generation}\n${key}\n${hash}`)
  const column = definition.map.timestamp
  const given = column === undefined ? undefined : instantOf(row.row[column] ?? null, {})
  return { key, change, messageId, body: { ...row.item, messageId, timestamp: toIso(given ?? at) } }
}

function removedOf(model: Model, { at }: ModelRunInput, page: ModelPage, row: KnownRow): ModelItem | undefined {
  const { id, name, definition } = model
  if (!row.owner) return undefined
  const item = removedItem(definition, { key: row.key, owner: row.owner, traits: page.traits, model: name })
  if (!item) return undefined
  const messageId = contentHash(`${id}\n${page.generation}\n${row.key}\nremoved`)
  return { key: row.key, change: 'removed', messageId, body: { ...item, messageId, timestamp: toIso(at) } }
}

interface Counted {
  readonly rows: number
  readonly added: number
  readonly changed: number
  readonly removed: number
  readonly unchanged: number
  readonly failures: readonly Untold[]
  readonly items: readonly ModelItem[]
}

function tallied(before: ModelTally, counted: Counted): ModelTally {
  const { rows, added, changed, removed, unchanged, failures, items } = counted
  const reasons = { ...before.reasons }
  for (const { reason } of failures) {
    const known = reason in reasons || Object.keys(reasons).length < MOST_REASONS ? reason : 'others'
    reasons[known] = (reasons[known] ?? 0) + 1
  }
  const samples = items.map(({ key, change, body }) => ({ key, change, item: body }))
  return {
    rows: before.rows + rows,
    added: before.added + added,
    changed: before.changed + changed,
    removed: before.removed + removed,
    unchanged: before.unchanged + unchanged,
    failed: before.failed + failures.filter(({ kind }) => kind !== 'skipped').length,
    skipped: before.skipped + failures.filter(({ kind }) => kind === 'skipped').length,
    reasons,
    failures: [...before.failures, ...failures.map(({ key, reason }) => ({ key, reason }))].slice(0, MOST_FAILURES),
    samples: [...before.samples, ...samples].slice(0, MOST_SAMPLES),
  }
}
