import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { identifierKey } from '../../platform/hashing.ts'
import { readParquet } from '../../platform/lake-parquet.ts'
import { defaultSettings } from '../../shared/config/workspace-config.ts'
import { ROUND_FORMAT } from '../../shared/contract/lake-round.ts'
import { HOUR } from '../../shared/kernel/instant.ts'
import { type Row, SILVER, type SilverTable } from '../../shared/lake/columns.ts'
import { bronzeKey, partitionOf } from '../../shared/lake/lake-key.ts'
import { CANONICAL } from '../../shared/lake/line-names.ts'
import { splitLines } from '../../shared/lake/split-lines.ts'
import { DEFAULT_EXPECTATIONS } from '../../shared/quality/default-expectations.ts'
import { tallyRows } from '../../shared/quality/tally.ts'
import { compactOutside } from './compact-outside.ts'
import { openEngine } from './engine.ts'
import { objectOf } from './lake-source.ts'
import type { FileAbout, RoundCalls, RoundEnd } from './round-calls.ts'

/** DuckDB outside of the Worker makes what the Worker's own code makes of the same lines. */
async function withEngine<T>(work: (connection: DuckDBConnection, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-round-'))
  const connection = await openEngine()
  try {
    return await work(connection, folder)
  } finally {
    connection.closeSync()
    rmSync(folder, { recursive: true, force: true })
  }
}
/** Machines may be busy, and DuckDB with them. */
const PATIENT_MS = 240_000

const T0 = Date.UTC(2026, 10, 21, 12)
const keyOf = ({ type, match }: { readonly type: string; readonly match: string }) =>
  identifierKey('secret', 'a', type, match)

type Line = Record<string, unknown>

function line(n: number, body: object = {}, overrides: Line = {}): Line {
  return {
    copyId: `r${n}.0`,
    receivedAt: T0 + n,
    workspace: 'a',
    source: 'src_web',
    messageId: `m${n}`,
    type: 'track',
    timestamp: T0,
    outcome: 'applied',
    flags: [],
    canonicalId: `prf_${n % 3}`,
    leaf: `prf_${n % 3}`,
    envelope: { requestId: `r${n}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt: T0 + n },
    item: { i: 0, body: { type: 'track', event: 'Click', userId: `u${n % 5}`, messageId: `m${n}`, ...body } },
    ...overrides,
  }
}

interface Made {
  readonly files: readonly { readonly about: FileAbout; readonly rows: readonly Row[] }[]
  readonly end: RoundEnd
}

/** A round over these objects, with a Worker of this test's own. */
async function round(objects: readonly (readonly Line[])[], erased: ReadonlyMap<string, number | null> = new Map()) {
  const files: { about: FileAbout; rows: Row[] }[] = []
  const bodies = new Map(
    objects.map((lines, n) => [
      bronzeKey('events', T0, `o${n}`),
      gzipSync(lines.map((one) => JSON.stringify(one)).join('\n')),
    ]),
  )
  let end: RoundEnd | undefined
  const calls: RoundCalls = {
    waiting: async () => ({ open: false, objects: 0, lines: 0, bytes: 0, since: null, others: false }),
    open: async () => ({
      ends: 'open',
      round: {
        round: 1,
        workspace: 'a',
        stream: 'events',
        hour: new Date(T0).toISOString(),
        objects: [...bodies.keys()],
        format: ROUND_FORMAT,
        settings: defaultSettings,
        expectations: DEFAULT_EXPECTATIONS.filter(({ border }) => border === 'bronze' || border === 'silver'),
      },
    }),
    object: async (_, key) => objectOf(new Uint8Array(bodies.get(key) as Uint8Array).buffer),
    file: async () => null,
    names: async (_, names) => ({
      keys: names.map(keyOf),
      erased: names.flatMap(({ type, match }, i): [number, number | null][] => {
        const until = erased.get(`${type}:${match}`)
        return until === undefined ? [] : [[i, until]]
      }),
    }),
    async add(_, bytes, about) {
      files.push({ about, rows: await readParquet(SILVER[about.table], bytes.slice().buffer) })
      return `f${files.length}`
    },
    async commit(_, given) {
      end = given
      return { ends: 'done', held: 0 }
    },
    giveUp: async () => {},
  }
  const ends = await withEngine((connection, folder) =>
    compactOutside({ calls, connection, folder, onLines: () => {} }),
  )
  expect(ends).toMatchObject({ ends: 'done' })
  if (!end) throw new Error('it was not committed')
  return { files, end } satisfies Made
}

/** What the Worker makes of the same. */
function own(objects: readonly (readonly Line[])[]) {
  const placed = objects.flatMap((lines, i) =>
    lines.map((one, n) => ({
      object: { stream: 'events' as const, hour: T0, name: `o${i}` },
      n,
      // As it is read from bronze.
      line: JSON.parse(JSON.stringify(one)) as Line,
    })),
  )
  return splitLines(placed, { settings: defaultSettings, keyOf })
}

const texts = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort()
const rowsIn = ({ files }: Made, table: SilverTable, day: string, hour: string) =>
  files
    .filter(({ about }) => about.table === table)
    .filter(({ about }) => partitionOf(about.from).day === day && partitionOf(about.from).hour === hour)
    .flatMap(({ rows }) => rows)

function same(made: Made, objects: readonly (readonly Line[])[]) {
  let partitions = 0
  for (const { table, day, hour, rows } of own(objects)) {
    if (rows.length === 0) continue
    partitions += 1
    // Columns that are not there are null in a file.
    const whole = rows.map((row) =>
      Object.fromEntries(SILVER[table].columns.map(({ name }) => [name, row[name] ?? null])),
    )
    expect([table, hour, texts(rowsIn(made, table, day, hour))]).toEqual([table, hour, texts(whole)])
  }
  const places = made.files.map(({ about }) => `${about.table}/${Math.floor(about.from / HOUR)}`)
  expect(new Set(places).size).toBe(partitions)
}

const ODD = [
  line(1, { properties: { 'a.b': 1, 'q"x': 2, "it's": [], __proto__x: null, nested: { deep: [{ 'ä€😀': 1 }] } } }),
  line(2, { properties: { n: 9_007_199_254_740_992, small: 1e-300, big: 1e300, neg: -0, text: '\u2028\t\n\\"' } }),
  line(3, { properties: Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`c.${i}"'`, i])) }),
  line(4, { timestamp: '1955-11-05T06:00:00Z' }),
  line(5, { event: "'); drop table made_events; --", userId: null, anonymousId: 'anon' }),
  line(6, {}, { outcome: 'dropped', reason: 'bot' }),
  line(7, {}, { item: { i: 0, body: { type: 'dance' } } }),
  line(8, { type: 'identify', traits: { email: 'A@B.example', phone: '+49 30 123456' } }),
  line(9, {}, { receivedAt: T0 + HOUR }),
  line(10, {}, { type: 'profile.merged', other: 'prf_x', mergeId: 'mrg_1', item: null }),
  line(11, {}, { consents: { 'channel:email': 'granted' }, flags: ['late', 'clock'] }),
  line(1, {}, { redelivered: true }),
]

describe('a compactor outside of the Worker', () => {
  test('makes the rows of every table and the index that the Worker makes, whatever is in the lines', async () => {
    same(await round([ODD.slice(0, 5), ODD.slice(5)]), [ODD.slice(0, 5), ODD.slice(5)])
  })

  test(
    'makes the same rows of any lines',
    async () => {
      const anyLine = fc.record({
        n: fc.nat(30),
        properties: fc.dictionary(fc.string(), fc.jsonValue()),
        event: fc.string({ unit: 'grapheme' }),
        userId: fc.option(fc.string()),
        hours: fc.nat(2),
        outcome: fc.constantFrom('applied', 'applied', 'duplicate', 'rejected'),
        type: fc.constantFrom('track', 'identify', 'page', 'dance'),
      })
      const objects = fc.array(fc.array(anyLine, { maxLength: 5 }), { minLength: 1, maxLength: 4 })
      await fc.assert(
        fc.asyncProperty(objects, async (drawn) => {
          const lines = drawn.map((some) =>
            some.map(({ n, hours, outcome, ...body }) =>
              line(n, body, { outcome, receivedAt: T0 + (n + hours) * 1_000_000 + hours, copyId: `r${n}.${hours}` }),
            ),
          )
          same(await round(lines), lines)
        }),
        { numRuns: 12 },
      )
    },
    PATIENT_MS,
  )

  test(
    'many rows are several files, none larger than the Worker can hold',
    async () => {
      const many = Array.from({ length: 12_000 }, (_, n) => line(n, { properties: { n } }))
      const wide = Array.from({ length: 600 }, (_, n) => line(20_000 + n, { properties: { text: 'x'.repeat(20_000) } }))
      const objects = [many.slice(0, 6_000), many.slice(6_000), wide]
      const made = await round(objects)
      same(made, objects)
      const events = made.files.filter(({ about }) => about.table === 'events')
      expect(events.length).toBeGreaterThan(2)
      for (const { rows } of events) {
        expect(rows.length).toBeLessThanOrEqual(10_000)
        expect(JSON.stringify(rows).length).toBeLessThan(15_000_000)
      }
      const ends = made.files.filter(({ about }) => about.table === 'index').map(({ rows }) => rows.length)
      expect([ends.length > 1, Math.max(...ends) <= 50_000]).toEqual([true, true])
    },
    PATIENT_MS,
  )

  test('leaves out copies of people who were erased while these were on their way, and says where they stood', async () => {
    const gone = line(1, { userId: 'gone' })
    const later = line(2, { userId: 'gone' }, { receivedAt: T0 + 100, canonicalId: 'prf_new', leaf: 'prf_new' })
    const refused = line(3, { userId: 'gone' }, { outcome: 'rejected', item: undefined, canonicalId: 'prf_1' })
    const said = line(4, {}, { type: 'profile.deleted', canonicalId: 'prf_1', item: undefined })
    const other = line(5)
    const erased = new Map<string, number | null>([
      ['user_id:gone', T0 + 50],
      [`${CANONICAL}:prf_1`, null],
    ])
    const made = await round([[gone, later], [refused, said], [other]], erased)
    expect(made.end.erasedIn).toEqual(['o0'])
    const messages = made.files.filter(({ about }) => about.table === 'events').flatMap(({ rows }) => rows)
    expect(messages.map((row) => row['message_id']).sort()).toEqual(['m2', 'm5'])
    const index = made.files.filter(({ about }) => about.table === 'index').flatMap(({ rows }) => rows)
    const places = new Set(index.map((row) => `${String(row['object']).slice(-12)} ${row['line']}`))
    // The line that went keeps its number, and nothing finds it.
    expect([...places].sort()).toEqual(['o0.ndjson.gz 1', 'o1.ndjson.gz 0', 'o1.ndjson.gz 1', 'o2.ndjson.gz 0'])
  })

  test('counts what the expectations of the workspace count, piece by piece as at once', async () => {
    const objects = Array.from({ length: 230 }, (_, n) => [line(n), line(n + 1, {}, { redelivered: true })])
    const { end } = await round(objects)
    const events = own(objects).find(({ table }) => table === 'events')
    const silver = end.counts.find(({ table }) => table === 'events')
    const expected = DEFAULT_EXPECTATIONS.filter(({ border, table }) => border === 'silver' && table === 'events')
    expect(silver?.tallies).toEqual(tallyRows('events', events?.rows ?? [], expected))
    expect(silver?.objects.length).toBe(230)
    const lines = end.counts.find(({ table }) => table === 'lines')
    expect(Object.values(lines?.tallies ?? {})[0]?.rows).toBe(460)
  })
})
