import { DAY, isoDay } from '../../shared/kernel/instant.ts'
import type { Row, SilverTable } from '../../shared/lake/columns.ts'
import type { Server } from '../cli/server.ts'
import { type KnownRow, knownRow, partitionKey } from './lake-rows.ts'
import type { LakeSource } from './lake-source.ts'
import { bronzeObjects, readBronze } from './verify-bronze.ts'
import { type BrokenFile, checkFiles, namedFiles, type PlacedFile } from './verify-files.ts'
import { readHolds } from './verify-holds.ts'
import { ledgerDifferences, readLedger } from './verify-ledger.ts'
import { heldNotes, rowDifferences } from './verify-rows.ts'
import { checkTimelines } from './verify-timelines.ts'

export interface Verifying {
  /** Days of arrival, both included. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** People whose timelines are read. */
  readonly people: number
  readonly onFile: (what: 'bronze' | 'files', done: number, total: number) => void
}

export interface Verdict {
  readonly events: number
  readonly days: readonly DayCounts[]
  readonly people: number
  /** One sentence each: what is not as it should be. */
  readonly differences: readonly string[]
  /** What could not be compared, and why. */
  readonly notes: readonly string[]
}

export interface DayCounts {
  readonly day: string
  /** Copies in bronze, by outcome. */
  readonly accepted: number
  readonly applied: number
  /** Rows of `events`. */
  readonly silver: number
  readonly tail: number
}

/**
 * Compares ledger, bronze, silver and timelines. The order makes it exact while events come in: objects that are listed
 * before the manifest is read are in a file or in the tail that it names.
 */
export async function verifyLake(source: LakeSource, server: Server, verifying: Verifying): Promise<Verdict> {
  const { from, to, onFile } = verifying
  const isAsked = (day: string) => (from ?? day) <= day && day <= (to ?? day)
  const startedAt = Date.now()
  const before = await readLedger(server)
  const keys = await bronzeObjects(server, { ...(from ? { from } : {}), ...(to ? { to: `${to}T23:59:59Z` } : {}) })
  const manifest = await source.manifest()
  const { settings, root } = manifest
  const silverSince = isoDay(startedAt - settings.retention.silverDays * DAY)
  const bronzeSince = isoDay(startedAt - (settings.retention.bronzeDays - 1) * DAY)

  const { files, broken: brokenDays } = await namedFiles(source, manifest, isAsked)
  const silver = new Map<string, KnownRow[]>()
  const indexed = new Map<string, Set<number>>()
  const changes: Row[] = []
  const note = ({ layer, table, day, hour, file }: PlacedFile, rows: readonly Row[]) => {
    if (layer === 'gold') return
    for (const row of rows) {
      if (table === 'index') noteIndexed(indexed, row, bronzeSince)
      else {
        if (table === 'changes') changes.push(row)
        const known = knownRow(table as SilverTable, day, hour, row, file.key)
        const name = partitionKey(table as SilverTable, day, hour, row)
        silver.set(name, [...(silver.get(name) ?? []), known])
      }
    }
  }
  const found = await checkFiles(source, files, note, (done, total) => onFile('files', done, total))
  const broken = await stillBroken(source, [...brokenDays, ...found], isAsked)

  for (const key of [...manifest.tail, ...indexed.keys()]) keys.add(key)
  const read = await readBronze(source, keys, settings, isAsked, (done, total) => onFile('bronze', done, total))
  // What is not there any more and no index names holds nothing of this workspace: everybody in it was erased.
  const bronze = { ...read, missing: read.missing.filter((key) => indexed.has(key)) }
  const tail = new Set(manifest.tail)
  // Read last: a round that held something meanwhile is known by then.
  const held = await readHolds(server)
  const linesOfMissing = new Map([...indexed].map(([key, lines]) => [key, lines.size]))
  const comparison = { bronze, silver, tail, broken, bronzeSince, silverSince, linesOfMissing, held: held ?? new Map() }
  const differences = [...broken.map(({ key, problem }) => `${key} ${problem}`), ...rowDifferences(comparison)]

  const inTail = [...bronze.rows].filter(([name, row]) => tail.has(row.in) && !silver.has(name)).map(([, row]) => row)
  const after = await readLedger(server)
  const isQuiet = before !== undefined && before.accepted === after?.accepted && after.waiting === 0
  const known = new Map([...bronze.rows, ...[...silver].map(([name, [row]]) => [name, row as KnownRow] as const)])
  const asked = { most: verifying.people, startedAt, timelineDays: settings.retention.timelineDays, isQuiet, isAsked }
  const timelines = await checkTimelines(server, [...known.values()], asked)
  differences.push(...timelines.differences)

  const notes = [...heldNotes(comparison)]
  if (!held) notes.push('what quality holds cannot be told: the token lacks quality:read')
  const isErased = changes.some((row) => row['change'] === 'deleted')
  const reason = incomparable({
    before,
    after,
    isRange: from !== undefined || to !== undefined,
  })
  const isOld = Object.keys(root.days).some((day) => day < bronzeSince)
  if (reason) notes.push(`not compared with the ledger: ${reason}`)
  else if (isOld) notes.push(`not compared with the ledger: bronze is kept for ${settings.retention.bronzeDays} days`)
  else if (isErased) notes.push('not compared with the ledger: what erased people sent was counted, and is gone')
  else if (before && bronze.missing.length === 0) differences.push(...ledgerDifferences(before, bronze.copies))
  return {
    events: [...known.values()].filter(({ table }) => table === 'events').length,
    days: daysOf(bronze.copies, silver, inTail),
    people: timelines.people,
    differences,
    notes,
  }
}

function noteIndexed(indexed: Map<string, Set<number>>, row: Row, bronzeSince: string): void {
  if (isoDay(Number(row['received_at'])) < bronzeSince) return
  const key = String(row['object'])
  indexed.set(key, (indexed.get(key) ?? new Set()).add(Number(row['line'])))
}

/** A file that was replaced while it was looked at is not broken. */
async function stillBroken(
  source: LakeSource,
  broken: readonly BrokenFile[],
  isAsked: (day: string) => boolean,
): Promise<readonly BrokenFile[]> {
  if (broken.length === 0) return broken
  const manifest = await source.manifest()
  const { files, broken: days } = await namedFiles(source, manifest, isAsked)
  const named = new Set([...files.map(({ file }) => file.key), ...days.map(({ key }) => key)])
  return broken.filter(({ key }) => named.has(key)).toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

function incomparable({
  before,
  after,
  isRange,
}: {
  before: Awaited<ReturnType<typeof readLedger>>
  after: Awaited<ReturnType<typeof readLedger>>
  isRange: boolean
}): string | undefined {
  if (isRange) return 'it counts everything, and a part was asked for'
  if (!before || !after) return 'the token may not read the metrics'
  if (before.accepted !== after.accepted || after.waiting > 0) return 'events are coming in'
  return undefined
}

function daysOf(
  copies: ReadonlyMap<string, ReadonlyMap<string, number>>,
  silver: ReadonlyMap<string, readonly KnownRow[]>,
  inTail: readonly KnownRow[],
): readonly DayCounts[] {
  const counts = new Map<string, { accepted: number; applied: number; silver: number; tail: number }>()
  const of = (day: string) => {
    const held = counts.get(day) ?? { accepted: 0, applied: 0, silver: 0, tail: 0 }
    counts.set(day, held)
    return held
  }
  for (const [day, outcomes] of copies) {
    of(day).accepted = [...outcomes.values()].reduce((sum, n) => sum + n, 0)
    of(day).applied = outcomes.get('applied') ?? 0
  }
  for (const rows of silver.values()) for (const row of rows) if (row.table === 'events') of(row.day).silver += 1
  for (const row of inTail) if (row.table === 'events') of(row.day).tail += 1
  return [...counts].sort().map(([day, numbers]) => ({ day, ...numbers }))
}
