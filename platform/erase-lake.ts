import { DAY } from '../shared/kernel/instant.ts'
import { GOLD, type GoldTable, type Row, SILVER_TABLES, type SilverTable } from '../shared/lake/columns.ts'
import { goldPrefix } from '../shared/lake/lake-key.ts'
import {
  type DayManifest,
  filesOf,
  filesOfHour,
  type Gold,
  type LakeFile,
  type PartitionChange,
  type Root,
} from '../shared/lake/manifest.ts'
import { type Erasing, indexedLines } from './erase-archive.ts'
import type { ErasedPerson } from './erased-person.ts'
import { readCompaction } from './lake-bronze.ts'
import { readSilver } from './lake-files.ts'
import { readGold, writeGold } from './lake-gold.ts'
import { readDay, readRoot, swapRoot, writeSilver } from './lake-manifest.ts'

/**
 * Taking a person out of silver and gold: the hourly index says in which partitions they are, and these are written again
 * without them, as a new generation. What was replaced is deleted at once: a reader that had it in sight begins again.
 */

/**
 * One page. Places: `wait:<round>` until a round that may have read bronze before it was cleaned is over; `day:<day>` after
 * a day; `hit:<day>:<keys>` the files in which they are, before anything is replaced, so that a step that dies half-way
 * deletes them all the same; `look:<day>` the second time through, which finds nothing or goes back. `busy`: the round is
 * still open.
 */
export async function eraseFromSilver(
  env: Env,
  workspace: string,
  person: ErasedPerson,
  at: string | null,
  now: number,
): Promise<Erasing | 'busy'> {
  const bucket = env.LAKE
  const [kind, after] = split(at)
  if (kind === 'wait') return waited(env, workspace, after, now)
  if (kind === 'hit') {
    const [day, keys] = split(after)
    const removed = await replaceFiles(env, workspace, day, keys.split(','), person, now)
    // Once more: somebody may have merged one of them meanwhile.
    return { removed, next: `day:${dayBefore(day)}` }
  }
  const { value: root } = await readRoot(bucket, workspace)
  const day = Object.keys(root.days)
    .sort()
    .find((one) => one > after)
  if (day === undefined) {
    if (kind === 'day') return { removed: 0, next: 'look:' }
    // Gold that was begun while days were still to be cleaned may have read them.
    await fence(env, root, now)
    return { removed: 0, next: null }
  }
  const manifest = await readDay(bucket, root, day)
  const { hours } = await indexedLines(bucket, manifest, person)
  if (kind === 'look') return { removed: 0, next: hours.size > 0 ? `day:${dayBefore(day)}` : `look:${day}` }
  const hits = await filesWith(bucket, manifest, hours, person)
  return { removed: 0, next: hits.length > 0 ? `hit:${day}:${hits.join(',')}` : `day:${day}` }
}

/** Rounds that were begun before bronze was clean are waited for; then the root changes, so that none of them can. */
async function waited(env: Env, workspace: string, after: string, now: number): Promise<Erasing | 'busy'> {
  const { round, open } = (await readCompaction(env.LAKE)).value
  if (after === '' && open) return { removed: 0, next: `wait:${open.round}` }
  if (after !== '' && round < Number(after)) return 'busy'
  await fence(env, (await readRoot(env.LAKE, workspace)).value, now)
  return { removed: 0, next: 'day:' }
}

/** There is nothing to fence where nothing ever was. */
async function fence(env: Env, { workspace, generation }: Root, now: number): Promise<void> {
  if (generation === 0) return
  await swapRoot(env.LAKE, workspace, [], now, (root) => ({ fence: root.generation + 1 }))
}

/** The files of these hours that hold a row of theirs. */
async function filesWith(
  bucket: R2Bucket,
  manifest: DayManifest,
  hours: ReadonlySet<string>,
  person: ErasedPerson,
): Promise<readonly string[]> {
  const keys: string[] = []
  for (const hour of hours) {
    for (const table of SILVER_TABLES) {
      for (const file of filesOfHour(manifest, table, hour)) {
        const rows = await readSilver(bucket, table, file, LOOKED_AT)
        if (rows.some((row) => isTheirRow(row, person))) keys.push(file.key)
      }
    }
  }
  return keys
}

const LOOKED_AT = ['canonical_id', 'leaf', 'other', 'key', 'change']

async function replaceFiles(
  env: Env,
  workspace: string,
  day: string,
  keys: readonly string[],
  person: ErasedPerson,
  now: number,
): Promise<number> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const manifest = await readDay(env.LAKE, root, day)
  const changes: PartitionChange[] = []
  let removed = 0
  for (const [table, hours] of Object.entries(manifest.tables) as [SilverTable, Record<string, LakeFile[]>][]) {
    for (const [hour, files] of Object.entries(hours)) {
      for (const file of files.filter(({ key }) => keys.includes(key))) {
        const rows = await readSilver(env.LAKE, table, file)
        const kept = withoutThem(table, rows, person)
        if (table !== 'index') removed += rows.length - kept.length
        const options = { generation: root.generation + 1, repeats: file.repeats }
        const add = kept.length > 0 ? [await writeSilver(env.LAKE, workspace, table, kept, options)] : []
        changes.push({ table, day, hour, add, remove: [file.key] })
      }
    }
  }
  if (changes.length > 0 && !(await swapRoot(env.LAKE, workspace, changes, now)))
    throw new Error(`${day} of ${workspace} changed while a person was taken out of it`)
  for (let i = 0; i < keys.length; i += MOST_DELETED) await env.LAKE.delete(keys.slice(i, i + MOST_DELETED))
  const partitions = new Map(keys.map((key) => [key.slice(0, key.lastIndexOf('/') + 1), key]))
  for (const prefix of partitions.keys()) await deleteUnnamed(env, workspace, day, prefix, person.until)
  return removed
}

/** R2 deletes so many in one call. */
const MOST_DELETED = 1_000
/** Clocks of ours and of the store may differ by so much. */
const SKEW_MS = 60_000

/** A line that went is found by nothing any more: not by its messageId either, nor by what somebody else shared in it. */
function withoutThem(table: SilverTable, rows: readonly Row[], person: ErasedPerson): readonly Row[] {
  const kept = rows.filter((row) => !isTheirRow(row, person))
  if (table !== 'index' || kept.length === rows.length) return kept
  const placeOf = ({ object, line }: Row) => `${object}/${line}`
  // What arrived later with their identifiers is somebody new's, and its line stays.
  const isGone = (row: Row) => !person.keys.has(String(row['key'])) || Number(row['received_at']) <= person.until
  const gone = new Set(rows.filter((row) => isTheirRow(row, person) && isGone(row)).map(placeOf))
  return kept.filter((row) => !gone.has(placeOf(row)))
}

function isTheirRow(row: Row, { ids, indexKeys }: ErasedPerson): boolean {
  // That they are gone is what a warehouse has to hear.
  if (row['change'] === 'deleted') return false
  return (
    ids.has(String(row['canonical_id'])) ||
    ids.has(String(row['leaf'])) ||
    ids.has(String(row['other'])) ||
    indexKeys.has(String(row['key']))
  )
}

/** Files that lost a race hold the same rows, and no manifest names them. */
async function deleteUnnamed(env: Env, workspace: string, day: string, prefix: string, until: number): Promise<void> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const manifest = await readDay(env.LAKE, root, day)
  const named = new Set(SILVER_TABLES.flatMap((table) => filesOf(manifest, table)).map(({ key }) => key))
  const { objects } = await env.LAKE.list({ prefix })
  const old = objects.filter(({ key, uploaded }) => !named.has(key) && uploaded.getTime() < until - SKEW_MS)
  if (old.length > 0) await env.LAKE.delete(old.map(({ key }) => key))
}

/** One table of gold a step; then what a builder that is refused now has left lying. */
export async function eraseFromGold(
  env: Env,
  workspace: string,
  person: ErasedPerson,
  at: string | null,
  now: number,
): Promise<Erasing> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const tables = Object.keys(GOLD).sort() as GoldTable[]
  const table = tables.find((one) => one > (at ?? ''))
  if (table === undefined) return { removed: 0, next: null }
  const removed = root.gold ? await eraseTable(env, root, root.gold, table, person, now) : 0
  await deleteUnnamedGold(env, workspace, table)
  return { removed, next: table }
}

async function eraseTable(env: Env, root: Root, gold: Gold, table: GoldTable, { ids }: ErasedPerson, now: number) {
  const { workspace, generation } = root
  const files: LakeFile[] = []
  const gone: string[] = []
  let removed = 0
  for (const file of gold.tables[table] ?? []) {
    const rows = await readGold(env.LAKE, table, [file])
    const kept = rows.filter((row) => !ids.has(String(row['canonical_id'])) && !ids.has(String(row['leaf'])))
    if (kept.length === rows.length) {
      files.push(file)
      continue
    }
    removed += rows.length - kept.length
    gone.push(file.key)
    files.push(...(await writeGold(env.LAKE, workspace, table, kept, { generation: generation + 1, day: file.from })))
  }
  if (gone.length === 0) return 0
  const swapped = await swapRoot(env.LAKE, workspace, [], now, (current) =>
    current.gold?.generation === gold.generation && sameFiles(current.gold, gold, table)
      ? { gold: { ...current.gold, tables: { ...current.gold.tables, [table]: files } } }
      : undefined,
  )
  if (!swapped) throw new Error(`gold of ${workspace} was built anew while a person was taken out of it`)
  await env.LAKE.delete(gone.slice(0, MOST_DELETED))
  return removed
}

function sameFiles(a: Gold, b: Gold, table: GoldTable): boolean {
  return JSON.stringify(a.tables[table]) === JSON.stringify(b.tables[table])
}

/** Files that a builder wrote who began before the fence: it will be refused. */
async function deleteUnnamedGold(env: Env, workspace: string, table: GoldTable): Promise<void> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const named = new Set((root.gold?.tables[table] ?? []).map(({ key }) => key))
  const prefix = goldPrefix(table, workspace)
  const { objects } = await env.LAKE.list({ prefix })
  const isRefused = (key: string) => Number(/^g(\d+)-/.exec(key.slice(prefix.length))?.[1] ?? Infinity) <= root.fence
  const refused = objects.filter(({ key }) => !named.has(key) && isRefused(key))
  if (refused.length > 0) await env.LAKE.delete(refused.map(({ key }) => key))
}

function split(at: string | null): readonly [kind: string, after: string] {
  const text = at ?? 'wait:'
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

/** The place from which the day itself comes next. */
function dayBefore(day: string): string {
  return new Date(Date.parse(day) - DAY).toISOString().slice(0, 10)
}
