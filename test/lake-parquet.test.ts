import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readParquet, writeParquet } from '../platform/lake-parquet.ts'
import { type Row, SILVER, type Table } from '../shared/lake/columns.ts'

/** The files of the lake as everybody else reads them. */
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-lake-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function duck(sql: string) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const rows = (await connection.runAndReadAll(sql)).getRowsJson()
  connection.closeSync()
  return rows
}

const EVENT: Row = {
  message_id: 'm1',
  source: 'src_web',
  type: 'track',
  name: 'it\'s "quoted", 50 % — ☃',
  timestamp: -86_400_001,
  received_at: 1_763_740_800_123,
  canonical_id: 'prf_1',
  leaf: 'prf_1',
  properties: { 'a.b': 1, 'c"d': [1, { e: null }], big: 2 ** 60, tiny: 5e-324, __proto__x: true },
  context: {},
  late: true,
  clock: false,
  copy_id: 'r.0',
}

test('DuckDB reads a file of events: times with their zone, before 1970 too, objects as JSON, text of any kind', async () => {
  const path = join(folder, 'events.parquet')
  writeFileSync(
    path,
    writeParquet(SILVER.events, [EVENT, { ...EVENT, message_id: 'm2', properties: null, name: null }]),
  )
  const types = new Map((await duck(`describe select * from '${path}'`)).map(([name, type]) => [name, type]))
  expect(['timestamp', 'received_at'].map((name) => types.get(name))).toEqual(Array(2).fill('TIMESTAMP WITH TIME ZONE'))
  expect(['properties', 'traits', 'context'].map((name) => types.get(name))).toEqual(Array(3).fill('JSON'))
  expect(types.get('late')).toBe('BOOLEAN')
  expect(
    await duck(
      `select name, epoch_ms(timestamp), epoch_ms(received_at), properties->>'$."a.b"', json_extract_string(properties, '$.c"d[0]'),
         (properties->>'$.big')::double = 1152921504606846976, late
       from '${path}' where message_id = 'm1'`,
    ),
  ).toEqual([[EVENT['name'], '-86400001', '1763740800123', '1', '1', true, true]])
  expect(await duck(`select name, properties from '${path}' where message_id = 'm2'`)).toEqual([[null, null]])
})

test('rows come back as they were written, and the same rows are the same bytes', async () => {
  const table: Table = {
    schema: 1,
    columns: [
      { name: 't', type: 'text' },
      { name: 'j', type: 'json' },
      { name: 'i', type: 'instant' },
      { name: 'b', type: 'boolean' },
      { name: 'n', type: 'integer', required: true },
      { name: 'd', type: 'number' },
    ],
  }
  const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
  const row = fc.record({
    t: nullable(fc.string({ unit: 'grapheme' })),
    j: nullable(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true })),
    i: nullable(fc.integer({ min: -8_000_000_000_000, max: 8_000_000_000_000 })),
    b: nullable(fc.boolean()),
    n: fc.maxSafeInteger(),
    d: nullable(fc.double({ noNaN: true, noDefaultInfinity: true })),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
      // As JSON keeps them: there is no negative zero.
      const plain = JSON.parse(JSON.stringify(rows)) as Row[]
      const bytes = writeParquet(table, plain)
      expect(JSON.parse(JSON.stringify(await readParquet(table, bytes.buffer)))).toEqual(plain)
      expect(Buffer.from(writeParquet(table, plain)).equals(Buffer.from(bytes))).toBe(true)
    }),
  )
})

test('a file of before a column was added has nothing in it', async () => {
  const [, ...older] = SILVER.changes.columns
  const rows = [{ change: 'merged', canonical_id: 'prf_1', other: 'prf_2', merge_id: 'mrg_1', received_at: 5 }]
  const bytes = writeParquet({ schema: 0, columns: older }, rows)
  expect(await readParquet(SILVER.changes, bytes.buffer)).toEqual([{ ...rows[0], key: null }])
})
