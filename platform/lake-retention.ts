import { DAY, HOUR, isoDay, MINUTE, parseInstant } from '../shared/kernel/instant.ts'
import { GOLD_TABLES, type GoldTable, SILVER_TABLES } from '../shared/lake/columns.ts'
import { bronzeKey, bronzePlace, lateKey, STREAMS, type Stream, takenKey } from '../shared/lake/lake-key.ts'
import type { LakeFile, PartitionChange, Root } from '../shared/lake/manifest.ts'
import { eraseFromObject } from './erase-archive.ts'
import { lateObjects, readCompaction } from './lake-bronze.ts'
import { readSilver } from './lake-files.ts'
import { readDay, readRoot, swapRoot } from './lake-manifest.ts'
import { heldObjects } from './quality-holds.ts'

/** What is kept longer than it should be goes: days of silver, a workspace's lines of bronze, objects of bronze. */

/** Merges and splits stay: without them the events of today would be given back to those who were merged long ago. */
const PRUNED = SILVER_TABLES.filter((table) => table !== 'changes')

/** Days of silver that arrived before `silverDays` ago, and what gold made of them. Answers how many days went. */
export async function pruneSilver(env: Env, workspace: string, silverDays: number, now: number): Promise<number> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const first = isoDay(now - silverDays * DAY)
  const [day] = Object.entries(root.days)
    .filter(([one, { tables }]) => one < first && PRUNED.some((table) => tables[table] !== undefined))
    .map(([one]) => one)
    .sort()
  if (day === undefined) return 0
  const manifest = await readDay(env.LAKE, root, day)
  const changes: PartitionChange[] = PRUNED.flatMap((table) =>
    Object.entries(manifest.tables[table] ?? {}).map(([hour, files]) => ({
      table,
      day,
      hour,
      add: [],
      remove: files.map(({ key }) => key),
    })),
  )
  await swapRoot(env.LAKE, workspace, changes, now, (current) => ({ gold: goldWithout(current, day) }))
  for (const { remove } of changes) await env.LAKE.delete([...remove])
  return 1
}

const DAILY: readonly GoldTable[] = ['sessions', 'daily_activity']

function goldWithout({ gold }: Root, day: string): Root['gold'] {
  if (!gold) return null
  const start = parseInstant(day) ?? 0
  const without = (files: readonly LakeFile[] = []) => files.filter(({ from }) => from !== start)
  const tables = { ...gold.tables, ...Object.fromEntries(DAILY.map((table) => [table, without(gold.tables[table])])) }
  const { [day]: _, ...built } = gold.built
  return { ...gold, tables, built, ...(gold.skipped && { skipped: gold.skipped.filter((one) => one !== day) }) }
}

/** How long bronze is kept: as long as the workspace that keeps it longest says. */
export async function longestBronzeDays(env: Env, usual: number): Promise<number> {
  const row = await env.DB.prepare(
    "SELECT max(coalesce(json_extract(settings, '$.retention.bronzeDays'), ?)) AS days FROM workspaces",
  )
    .bind(usual)
    .first<{ days: number | null }>()
  return row?.days ?? usual
}

/**
 * The lines of one workspace, of a day that others keep for longer. Found by its index. Those whose rows wait (quality
 * holds) stay until they are let go. Answers how many went.
 */
export async function pruneLines(env: Env, workspace: string, day: string, before: number): Promise<number> {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const objects = new Set<string>()
  const manifest = await readDay(env.LAKE, root, day)
  for (const files of Object.values(manifest.tables.index ?? {}))
    for (const file of files)
      for (const row of await readSilver(env.LAKE, 'index', file, ['object'])) objects.add(String(row['object']))
  const held = await heldObjects(env, before, workspace)
  let removed = 0
  for (const key of objects) {
    const waits = (at: number) => held.get(key)?.has(Math.floor(at / HOUR) * HOUR) === true
    removed += await eraseFromObject(env.LAKE, key, (line) => {
      const at = Number(line['receivedAt'])
      return line['workspace'] === workspace && at < before && !waits(at)
    })
  }
  return removed
}

const PAGES = 10

/**
 * Objects of hours that nobody keeps any longer, and that were taken into silver. Those whose rows wait stay, since nothing
 * else has them. Answers how many went.
 */
export async function pruneBronze(env: Env, days: number, now: number): Promise<number> {
  const { closedBefore } = (await readCompaction(env.LAKE)).value
  let removed = 0
  for (const stream of STREAMS) {
    const before = Math.min(now - days * DAY, closedBefore[stream])
    // Rows of an object may be of the hour after its own.
    const held = new Set((await heldObjects(env, before + HOUR)).keys())
    // What was not taken has nobody else either: settings that cannot be read for a month (lake-aside.ts).
    for await (const { hour, name } of lateObjects(env.LAKE, stream)) held.add(bronzeKey(stream, hour, name))
    let startAfter: string | undefined
    for (let pages = 0; pages < PAGES; pages++) {
      // In the order of time: the oldest are the first.
      const page = await env.LAKE.list({
        prefix: `bronze/${stream}/`,
        ...(startAfter === undefined ? {} : { startAfter }),
      })
      const old = page.objects.flatMap(({ key }) => {
        const place = bronzePlace(key)
        return place && place.hour + HOUR <= before ? [{ key, place }] : []
      })
      const gone = old.filter(({ key }) => !held.has(key))
      if (gone.length > 0) {
        await env.LAKE.delete(gone.map(({ key }) => key))
        await env.LAKE.delete(gone.map(({ place }) => lateKey(place)))
      }
      removed += gone.length
      startAfter = old.at(-1)?.key
      if (old.length === page.objects.length && page.truncated) continue
      await forgetTaken(env, stream, before, held)
      break
    }
  }
  return removed
}

/** Names of objects that are gone, once nothing of their hours is left. */
async function forgetTaken(env: Env, stream: Stream, before: number, held: Iterable<string>): Promise<void> {
  const { objects } = await env.LAKE.list({ prefix: `lake/taken/${stream}/` })
  const first = takenKey(stream, Math.max(0, Math.floor(before / HOUR) * HOUR))
  const places = [...held].flatMap((key) => bronzePlace(key) ?? [])
  const kept = new Set(places.map((place) => takenKey(place.stream, place.hour)))
  const old = objects.filter(({ key }) => key < first && !kept.has(key))
  if (old.length > 0) await env.LAKE.delete(old.map(({ key }) => key))
}

/** Files that no manifest names and that are older than a day: the next page after `after`. */
export async function sweepFiles(env: Env, workspace: string, after: string | null, now: number) {
  const { value: root } = await readRoot(env.LAKE, workspace)
  const prefixes = [
    ...SILVER_TABLES.map((table) => `silver/${table}/ws=${workspace}/`),
    `lake/ws=${workspace}/days/`,
    ...GOLD_TABLES.map((table) => `gold/${table}/ws=${workspace}/`),
  ].sort()
  const prefix = prefixes.find((one) => after === null || after < one || after.startsWith(one))
  if (prefix === undefined) return { removed: 0, next: null }
  const startAfter = after?.startsWith(prefix) ? after : undefined
  const page = await env.LAKE.list({ prefix, ...(startAfter === undefined ? {} : { startAfter }) })
  const named = await namedKeys(
    env,
    root,
    page.objects.map(({ key }) => key),
  )
  const lost = page.objects.filter(({ key, uploaded }) => !named.has(key) && uploaded.getTime() < now - SWEPT_MS)
  if (lost.length > 0) await env.LAKE.delete(lost.map(({ key }) => key))
  const last = page.objects.at(-1)
  if (page.truncated && last) return { removed: lost.length, next: last.key }
  // Behind everything of this prefix.
  const next = prefixes[prefixes.indexOf(prefix) + 1]
  return { removed: lost.length, next: next === undefined ? null : next.slice(0, -1) }
}

/** Longer than any step between writing a file and naming it. */
const SWEPT_MS = DAY - MINUTE

async function namedKeys(env: Env, root: Root, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const named = new Set<string>(Object.values(root.days).map(({ key }) => key))
  for (const files of Object.values(root.gold?.tables ?? {})) for (const { key } of files) named.add(key)
  const days = new Set(keys.flatMap((key) => /\/dt=(\d{4}-\d\d-\d\d)\/hr=/.exec(key)?.[1] ?? []))
  for (const day of days) {
    if (!root.days[day]) continue
    const { tables } = await readDay(env.LAKE, root, day)
    for (const hours of Object.values(tables))
      for (const files of Object.values(hours)) for (const { key } of files) named.add(key)
  }
  return named
}
