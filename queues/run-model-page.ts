import { z } from 'zod'
import { contentHash } from '../platform/hashing.ts'
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
  /** Why rows failed, and how many. */
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

interface Failed {
  readonly key: string
  readonly reason: string
}

/** Tells the difference of a page, and answers what is known afterwards. */
export async function tellPage(env: Env, model: Model, input: ModelRunInput, page: ModelPage) {
  const { definition } = model
  const found: FoundRow<{ item: JsonObject; row: JsonObject }>[] = []
  const failures: Failed[] = []
  const traits = new Set<string>()
  for (const { key, row } of page.rows) {
    const item = rowItem(definition, row)
    if (!item.ok) failures.push({ key, reason: item.failure })
    else found.push({ key, hash: contentHash(canonicalJson(item.value)), row: { item: item.value, row } })
    const told = item.ok && isObject(item.value['traits']) ? Object.keys(item.value['traits']) : []
    for (const name of told) traits.add(name)
  }
  // A row that failed is there all the same: it is not removed.
  const failedKeys = new Set(failures.map(({ key }) => key))
  const isWhole = definition.cursor === null
  const known = page.known.filter(({ key }) => !failedKeys.has(key))
  const { added, changed, removed, same } = differenceOf(known, found)
  const items = [
    ...added.map((row) => itemOf(model, input, page, row, 'added')),
    ...changed.map((row) => itemOf(model, input, page, row, 'changed')),
    ...(isWhole ? removed.flatMap((row) => removedOf(model, input, page, row) ?? []) : []),
  ]
  const large = items.filter(({ body }) => Buffer.byteLength(JSON.stringify(body)) > LIMITS.eventBytes)
  failures.push(...large.map(({ key }) => ({ key, reason: `it has more than ${LIMITS.eventBytes} bytes` })))
  const sendable = items.filter((item) => !large.includes(item))
  const refused = input.dryRun ? [] : await sendModelItems(env, model, input, page.name, sendable)
  failures.push(...refused)
  const lost = new Map(failures.map((failure) => [failure.key, failure]))
  const keepsOwner = definition.onRemoved !== 'ignore'
  const told = [...added, ...changed].map(({ key, hash, row }) => {
    if (lost.has(key)) return { key, hash: null }
    const owner = keepsOwner ? ownerIn(definition, row.row) : undefined
    return { key, hash, ...(owner?.ok ? { owner: owner.value } : {}) }
  })
  const there = [...found, ...failures.map(({ key }) => ({ key, hash: '', row: { item: {}, row: {} } }))]
  return {
    known: knownAfter(page.known, told, { isWhole, found: there }),
    traits: [...traits],
    tally: tallied(page.tally, {
      rows: page.rows.length,
      added: added.filter(({ key }) => !lost.has(key)).length,
      changed: changed.filter(({ key }) => !lost.has(key)).length,
      removed: isWhole ? removed.filter(({ key }) => !lost.has(key)).length : 0,
      unchanged: same,
      failures: [...lost.values()],
      items: input.dryRun ? items : [],
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
  readonly failures: readonly Failed[]
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
    failed: before.failed + failures.length,
    reasons,
    failures: [...before.failures, ...failures].slice(0, MOST_FAILURES),
    samples: [...before.samples, ...samples].slice(0, MOST_SAMPLES),
  }
}
