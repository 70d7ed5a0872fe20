import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { inPool } from '../../platform/in-pool.ts'
import { readLines } from '../../platform/lake-bronze.ts'
import { readDay, readRoot } from '../../platform/lake-manifest.ts'
import type { LakeRound } from '../../shared/contract/lake-round.ts'
import { ROUND_FORMAT } from '../../shared/contract/lake-round.ts'
import { type Row, SILVER_TABLES, type SilverTable } from '../../shared/lake/columns.ts'
import { bronzePlace } from '../../shared/lake/lake-key.ts'
import { filesOfHour } from '../../shared/lake/manifest.ts'
import { indexRow, isRepeat, type PlacedLine, rowKey, silverRow } from '../../shared/lake/split-lines.ts'
import { CliError } from '../cli/command.ts'
import { LostRound, type RoundCalls, type RoundEnd } from './round-calls.ts'
import { roundCounts } from './round-counts.ts'
import { type RoundEngine, type RoundRow, roundEngine } from './round-engine.ts'
import { askNames, forgetMessages, isErased, type KnownName, keysOf } from './round-lines.ts'

/** One round after the other, by DuckDB in this process (docs/decisions/0013). */
export interface Outside {
  readonly calls: RoundCalls
  readonly connection: DuckDBConnection
  /** Of this run alone: what lies there is about people. */
  readonly folder: string
  readonly lines?: number | undefined
  /** Told of lines that were looked at, and of those that wait no longer. */
  readonly onLines: (lines: number) => void
}

export interface RoundSums {
  readonly lines: number
  readonly rows: number
  readonly files: number
  readonly bytes: number
  readonly held: number
}

export type OutsideEnd =
  | { readonly ends: 'nothing' | 'busy' | 'lost' | 'stale' }
  | ({ readonly ends: 'done' } & RoundSums)

/** Objects that are fetched at once, and lines that are in memory as values. */
const AT_ONCE = 6
const OBJECTS = 100
const UPLOADS = 3

/** One round, from asking for it to its end. @throws CliError */
export async function compactOutside(outside: Outside): Promise<OutsideEnd> {
  const { ends, round } = await outside.calls.open(outside.lines)
  if (ends !== 'open' || !round) return { ends: ends === 'open' ? 'busy' : ends }
  if (round.format !== ROUND_FORMAT) {
    await outside.calls.giveUp(round.round)
    throw new CliError('The server makes rows of another version: use its own command, or --in-worker.')
  }
  try {
    return await made(outside, round)
  } catch (error) {
    if (error instanceof LostRound) return { ends: 'lost' }
    // Somebody else may do what failed here, and need not wait for it.
    await outside.calls.giveUp(round.round).catch(() => {})
    throw error
  }
}

async function made(outside: Outside, round: LakeRound): Promise<OutsideEnd> {
  const { calls, connection, folder } = outside
  const engine = await roundEngine(connection, folder)
  const country = round.settings.identity.defaultCountry
  const known = new Map<string, KnownName>()
  const counts = roundCounts(round.expectations)
  const seen = new Set<string>()
  const erasedIn = new Set<string>()
  let lines = 0
  for await (const chunk of chunksOf(calls, round)) {
    await askNames(calls, round.round, chunk, country, known)
    const rows = new Map<SilverTable, RoundRow[]>(SILVER_TABLES.map((table) => [table, []]))
    const left: PlacedLine[] = []
    for (const placed of chunk) {
      if (isErased(placed, country, known)) {
        erasedIn.add(placed.object.name)
        continue
      }
      left.push(placed)
      for (const key of keysOf(placed, country, known))
        rows.get('index')?.push({ row: indexRow(placed, key), repeat: false })
      if (placed.line['outcome'] !== 'applied') continue
      const { table, row } = silverRow(placed.line, round.settings)
      const name = `${table}/${row['received_at']}/${rowKey(table, row)}`
      if (seen.has(name)) continue
      seen.add(name)
      rows.get(table)?.push({ row, repeat: isRepeat(placed) })
    }
    for (const [table, some] of rows) await engine.add(table, some)
    counts.add(left, rows as ReadonlyMap<SilverTable, readonly { readonly row: Row }[]>)
    forgetMessages(known)
    lines += chunk.length
    outside.onLines(chunk.length)
  }
  const against = await leaveOut(calls, engine, round.workspace, folder)
  const sums = { rows: 0, files: 0, bytes: 0 }
  const files: string[] = []
  for (const table of SILVER_TABLES) {
    const waiting = new Set<Promise<void>>()
    for await (const { about, rows, bytes } of engine.files(table)) {
      if (table !== 'index') sums.rows += rows
      sums.files += 1
      sums.bytes += bytes.byteLength
      const sent = calls.add(round.round, bytes, about).then((key) => void files.push(key))
      waiting.add(sent)
      sent.then(
        () => waiting.delete(sent),
        () => {},
      )
      if (waiting.size >= UPLOADS) await Promise.race(waiting)
    }
    await Promise.all(waiting)
  }
  const end: RoundEnd = { files: files.sort(), against: [...against], erasedIn: [...erasedIn], counts: counts.all() }
  const committed = await calls.commit(round.round, end)
  if (committed.ends === 'stale') await calls.giveUp(round.round)
  if (committed.ends !== 'done') return { ends: committed.ends }
  return { ends: 'done', lines, held: committed.held, ...sums }
}

/** The lines of a round, some objects at a time; while some are looked at the next ones are fetched. */
async function* chunksOf(calls: RoundCalls, { round, objects }: LakeRound): AsyncGenerator<readonly PlacedLine[]> {
  const groups = Array.from({ length: Math.ceil(objects.length / OBJECTS) }, (_, i) =>
    objects.slice(i * OBJECTS, (i + 1) * OBJECTS),
  )
  const bucket = { get: (key: string) => calls.object(round, key) }
  const fetched = (group: readonly string[] | undefined) =>
    group &&
    readLines(
      bucket,
      group.flatMap((key) => bronzePlace(key) ?? []),
    )
  let next = fetched(groups[0])
  for (const [i] of groups.entries()) {
    const lines = (await next) as readonly PlacedLine[]
    next = fetched(groups[i + 1])
    // Should what comes before it fail, nobody waits for it.
    next?.catch(() => {})
    yield lines
  }
}

/**
 * Rows that are in silver already, of copies that were archived twice: only files of the same hours are looked into, and
 * of those only where a copy may be again. Answers which.
 */
async function leaveOut(calls: RoundCalls, engine: RoundEngine, workspace: string, folder: string) {
  const objects = { get: calls.file }
  const { value: root } = await readRoot(objects, workspace)
  const against = new Set<string>()
  let n = 0
  for (const table of SILVER_TABLES) {
    if (table === 'index') continue
    for (const hour of await engine.partitions(table)) {
      const there = filesOfHour(await readDay(objects, root, hour.day), table, hour.hour)
      const looked = hour.repeats ? there : there.filter(({ repeats }) => repeats > 0)
      const paths: string[] = []
      await inPool(looked, AT_ONCE, async ({ key }) => {
        const object = await calls.file(key)
        // It was merged with others meanwhile: the Worker sees that it was not looked into, and does so itself.
        if (!object) return
        const path = join(folder, `there-${n++}.parquet`)
        writeFileSync(path, new Uint8Array(await object.arrayBuffer()), { mode: 0o600 })
        paths.push(path)
        against.add(key)
      })
      await engine.leaveOut(table, hour, paths)
    }
  }
  return against
}
