import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeParquet } from '../../platform/lake-parquet.ts'
import { snapshotFiles, tailRows } from '../../platform/lake-reader.ts'
import type { LakePeople } from '../../shared/contract/list-lake-people.ts'
import { GOLD, type GoldTable, type Row, SILVER, type SilverTable, type Table } from '../../shared/lake/columns.ts'
import type { LakeFile } from '../../shared/lake/manifest.ts'
import { type Owners, ownersOf } from '../../shared/lake/owners.ts'
import { segmentIntervals } from '../../shared/lake/segment-intervals.ts'
import { rowKey } from '../../shared/lake/split-lines.ts'
import type { OpenLake } from './open-lake.ts'
import { parquetRows } from './parquet-rows.ts'

/** A table as files of Parquet, of which the last may be of this command alone. */
export interface TableFiles {
  readonly paths: readonly string[]
  readonly rows: number
  readonly bytes: number
  /** Where the rows come from, and until when they are complete, epoch milliseconds. */
  readonly origin: string
  readonly asOf: number
  /** Some file is older than a column: then all of them are looked into before the first is read. */
  readonly isMixed: boolean
}

/** Objects of bronze that are in memory at once. */
const CHUNK = 200
/** Gold is read where there are more people, and where there are more segment changes, than are worth waiting for. */
const MOST_LIVE = 50_000

/** The tables of a lake, each made when it is first asked for. `folder`: where what only this command sees is written. */
export function lakeTables(lake: OpenLake, folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const now = Date.parse(lake.manifest.at)
  const once = new Map<string, Promise<unknown>>()
  const made = <T>(name: string, make: () => Promise<T>): Promise<T> => {
    const held = (once.get(name) as Promise<T> | undefined) ?? make()
    once.set(name, held)
    return held
  }
  let files = 0
  const written = (table: Table, rows: readonly Row[]): { path: string; bytes: number } => {
    const path = join(folder, `t${files++}.parquet`)
    const body = writeParquet(table, rows)
    writeFileSync(path, body, { mode: 0o600 })
    return { path, bytes: body.byteLength }
  }
  const ofRows = (table: Table, rows: readonly Row[], origin: string): TableFiles => {
    const { path, bytes } = written(table, rows)
    return { paths: [path], rows: rows.length, bytes, origin, asOf: now, isMixed: false }
  }

  /** What is in bronze alone, in pieces: there may be much of it when compaction stands still. */
  const tail = () =>
    made('tail', async () => {
      const parts = new Map<SilverTable, { paths: string[]; rows: number; bytes: number; keys: Set<string> }>()
      const { snapshot, manifest, objects } = lake
      for (let i = 0; i < snapshot.tail.length; i += CHUNK) {
        const some = { ...snapshot, tail: snapshot.tail.slice(i, i + CHUNK) }
        for (const [table, rows] of await tailRows(objects, some, manifest.settings)) {
          const part = parts.get(table) ?? { paths: [], rows: 0, bytes: 0, keys: new Set<string>() }
          parts.set(table, part)
          const unknown = rows.filter((row) => !part.keys.has(String(rowKey(table, row))))
          for (const row of unknown) part.keys.add(String(rowKey(table, row)))
          if (unknown.length === 0) continue
          const { path, bytes } = written(SILVER[table], unknown)
          part.paths.push(path)
          part.rows += unknown.length
          part.bytes += bytes
        }
      }
      return parts
    })

  const silver = (table: SilverTable) =>
    made(`silver.${table}`, async (): Promise<TableFiles> => {
      const named = snapshotFiles(WHOLE.includes(table) ? lake.whole : lake.snapshot, table)
      const younger = (await tail()).get(table)
      // An empty file has every column: what an older one lacks is null.
      const paths = [written(SILVER[table], []).path, ...(await lake.fetch(named)), ...(younger?.paths ?? [])]
      return {
        paths,
        rows: sum(named, ({ rows }) => rows) + (younger?.rows ?? 0),
        bytes: sum(named, ({ bytes }) => bytes) + (younger?.bytes ?? 0),
        origin: younger ? 'silver and bronze' : 'silver',
        asOf: now,
        isMixed: named.some(({ schema }) => schema !== SILVER[table].schema),
      }
    })

  /** Few columns of a table of silver, as values. */
  const silverRows = async (table: SilverTable, only?: readonly string[]): Promise<Row[]> => {
    return parquetRows(SILVER[table], (await silver(table)).paths, only)
  }

  const owners = () => made('owners', async (): Promise<Owners> => ownersOf(await silverRows('changes')))

  const merges = () =>
    made('merges', async () => {
      const rows = [...(await owners()).of].map(([leaf, { profile, at }]) => ({ leaf, canonical_id: profile, at }))
      return ofRows(GOLD.merges, rows, 'silver and bronze')
    })

  const goldFiles = (table: GoldTable): readonly LakeFile[] => lake.snapshot.root.gold?.tables[table] ?? []
  const isLive = () => sum(goldFiles('profiles'), ({ rows }) => rows) <= MOST_LIVE

  const ofGold = async (table: GoldTable): Promise<TableFiles> => {
    const named = goldFiles(table)
    const paths = [written(GOLD[table], []).path, ...(await lake.fetch(named))]
    const [rows, bytes] = [sum(named, (file) => file.rows), sum(named, (file) => file.bytes)]
    const isMixed = named.some(({ schema }) => schema !== GOLD[table].schema)
    return { paths, rows, bytes, origin: 'gold', asOf: lake.snapshot.root.gold?.at ?? 0, isMixed }
  }

  const people = () =>
    made('people', async () => {
      const tables = Object.fromEntries(
        PEOPLE.map((table) => [table, { paths: [written(GOLD[table], []).path], rows: 0, bytes: 0 }]),
      ) as Record<keyof LakePeople, { paths: string[]; rows: number; bytes: number }>
      // Who changes while the pages are read is on two of them.
      const versions = new Map<string, number>()
      for await (const page of lake.source.people()) {
        const seen = new Set(page.profiles.map((row) => String(row['canonical_id'])).filter((id) => versions.has(id)))
        for (const row of page.profiles) versions.set(String(row['canonical_id']), Number(row['version']))
        for (const table of PEOPLE) {
          const rows = page[table].filter((row) => !seen.has(String(row['canonical_id'])))
          if (rows.length === 0) continue
          const { path, bytes } = written(GOLD[table], rows)
          tables[table].paths.push(path)
          tables[table].rows += rows.length
          tables[table].bytes += bytes
        }
      }
      return tables
    })

  const ofPeople = (table: keyof LakePeople) =>
    made(`gold.${table}`, async (): Promise<TableFiles> => {
      if (!isLive()) return ofGold(table)
      return { ...(await people())[table], origin: 'profiles', asOf: now, isMixed: false }
    })

  const segmentMembers = () =>
    made('segment_members', async (): Promise<TableFiles> => {
      const changes = sum(snapshotFiles(lake.whole, 'own_events'), ({ rows }) => rows)
      if (!isLive() || changes > MOST_LIVE) return ofGold('segment_members')
      const events = await silverRows('own_events', ['message_id', 'canonical_id', 'timestamp', 'properties'])
      const members = (await parquetRows(GOLD.memberships, (await ofPeople('memberships')).paths)).map((row) => ({
        segment: String(row['segment']),
        profile: String(row['canonical_id']),
        since: Number(row['since']),
      }))
      const rows = segmentIntervals(events, await owners(), members).map(
        ({ segment, profile, enteredAt, exitedAt }) => ({
          segment,
          canonical_id: profile,
          entered_at: enteredAt,
          exited_at: exitedAt,
        }),
      )
      return ofRows(GOLD.segment_members, rows, 'silver, bronze and profiles')
    })

  return { silver, merges, ofPeople, segmentMembers, isLive }
}
export type LakeTables = ReturnType<typeof lakeTables>

/** Of which a part would be wrong: whose an event is, and who is in a segment, follows from all that ever happened. */
const WHOLE: readonly SilverTable[] = ['changes', 'own_events']

const PEOPLE = ['profiles', 'identifiers', 'computed_traits', 'consents', 'memberships'] as const

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0)
}
