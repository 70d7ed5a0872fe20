import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { identifierKey } from '../../platform/hashing.ts'
import { readLines } from '../../platform/lake-bronze.ts'
import { sha256, writeParquet } from '../../platform/lake-parquet.ts'
import type { LakeSource } from '../../scripts/lake/lake-source.ts'
import { objectOf } from '../../scripts/lake/lake-source.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { HOUR, isoDay } from '../../shared/kernel/instant.ts'
import { SILVER, type SilverTable } from '../../shared/lake/columns.ts'
import { type BronzePlace, bronzeKey, dayKey, silverKey } from '../../shared/lake/lake-key.ts'
import { emptyDay, emptyRoot, type PartitionChange, withChanges, withDays } from '../../shared/lake/manifest.ts'
import { splitLines } from '../../shared/lake/split-lines.ts'
import { pick, seeded } from '../../test/support/random.ts'
import { lineOf, WORKSPACE } from './lines.ts'

/** A lake of made-up events on disk, by hours, each made into silver by the very functions of the Worker. */
export interface MadeLake {
  readonly source: LakeSource
  /** By layer: bytes of all files, and milliseconds of CPU that making them took. */
  readonly layers: { readonly [layer: string]: { readonly bytes: number; readonly cpuMs: number } }
  /** The same events as plain lines, a file per hour: what a bare engine would read. */
  readonly bronze: string
  readonly people: number
}

const START = Date.UTC(2026, 9, 1)
const HOURS = 720
const LINES_OF_OBJECT = 100
const EVENTS = [
  'Product Viewed',
  'Product Viewed',
  'Product Viewed',
  'Product Added',
  'Product Added',
  'Order Completed',
]

export async function makeLake(folder: string, events: number): Promise<MadeLake> {
  const random = seeded(5)
  const people = Math.max(10, Math.round(events / 20))
  const layers: Record<string, { bytes: number; cpuMs: number }> = {}
  const charge = (layer: string, bytes: number, cpuMs: number) => {
    const held = layers[layer] ?? { bytes: 0, cpuMs: 0 }
    layers[layer] = { bytes: held.bytes + bytes, cpuMs: held.cpuMs + cpuMs }
  }
  const put = (key: string, body: Uint8Array | string) => {
    mkdirSync(dirname(join(folder, key)), { recursive: true })
    writeFileSync(join(folder, key), body)
  }
  const keyOf = ({ type, match }: { type: string; match: string }) => identifierKey('bench', WORKSPACE, type, match)
  const byDay = new Map<string, PartitionChange[]>()
  let serial = 0
  for (let n = 0; n < HOURS; n++) {
    const hour = START + n * HOUR
    const count = Math.floor(((n + 1) * events) / HOURS) - Math.floor((n * events) / HOURS)
    const objects: BronzePlace[] = []
    const bodies = new Map<string, Uint8Array<ArrayBuffer>>()
    for (let at = 0; at < count; at += LINES_OF_OBJECT) {
      const lines = Array.from({ length: Math.min(LINES_OF_OBJECT, count - at) }, () =>
        lineOf({
          serial: serial++,
          receivedAt: hour + Math.floor(random() * HOUR),
          person: Math.floor(people * random() ** 2),
          name: pick(random, EVENTS),
        }),
      )
      const place = { stream: 'events' as const, hour, name: `o${objects.length}` }
      const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
      const [body, cpuMs] = charged(() => gzipSync(text))
      charge('bronze', body.byteLength, cpuMs)
      const key = bronzeKey('events', hour, place.name)
      bodies.set(key, new Uint8Array(body))
      put(key, body)
      objects.push(place)
    }
    const began = cpu()
    const lines = await readLines(
      { get: async (key) => objectOf((bodies.get(key) as Uint8Array<ArrayBuffer>).buffer) },
      objects,
    )
    const partitions = splitLines(lines, { settings: defaultSettings, keyOf })
    charge('read and split', 0, cpu() - began)
    for (const { table, day, hour: of, rows } of partitions) {
      const [body, cpuMs] = charged(() => writeParquet(SILVER[table], rows))
      charge(`silver ${table}`, body.byteLength, cpuMs)
      const hash = sha256(body)
      const key = silverKey(table, WORKSPACE, Number(rows[0]?.['received_at']), 1, hash.slice(0, 16))
      put(key, body)
      const times = rows.map((row) => Number(row['received_at']))
      const [from, to] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
      const file = { key, rows: rows.length, bytes: body.byteLength, sha256: hash, from, to, schema: 1, repeats: 0 }
      byDay.set(day, [
        ...(byDay.get(day) ?? []),
        { table: table as SilverTable, day, hour: of, add: [file], remove: [] },
      ])
    }
  }
  const days = [...byDay].map(([day, changes]) => {
    const manifest = withChanges(emptyDay(day), changes) ?? emptyDay(day)
    const key = dayKey(WORKSPACE, day, sha256(new TextEncoder().encode(JSON.stringify(manifest))).slice(0, 32))
    put(key, JSON.stringify(manifest))
    return { manifest, key }
  })
  const root = withDays(emptyRoot(WORKSPACE), days, START)
  const source: LakeSource = {
    name: 'bench',
    manifest: async () => ({
      workspace: WORKSPACE,
      at: new Date(START + HOURS * HOUR).toISOString(),
      root,
      tail: [],
      settings: defaultSettings,
    }),
    get: async (key) => objectOf(new Uint8Array(readFileSync(join(folder, key))).buffer),
    people: async function* () {},
  }
  return { source, layers, bronze: join(folder, 'bronze/events/*/*/*.ndjson.gz'), people }
}

/** Milliseconds of CPU of this process so far. */
export function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function charged<T>(work: () => T): readonly [T, number] {
  const began = cpu()
  const value = work()
  return [value, cpu() - began]
}

export const FIRST_DAY = isoDay(START)
