import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellText, jsonWriters } from './value-text.ts'

const connection = await (await DuckDBInstance.create(':memory:')).connect()

async function written(sql: string): Promise<string> {
  const result = await connection.run(sql)
  const [row = []] = await result.getRows()
  return jsonWriters(result)[0]?.(row[0] ?? null) ?? ''
}

test.each([
  ['9223372036854775807', '9223372036854775807'],
  ['170141183460469231731687303715884105727::hugeint', '170141183460469231731687303715884105727'],
  ['12.30::decimal(9, 2)', '12.30'],
  ['1e400::double', 'null'],
  ["'infinity'::double", 'null'],
  ["'a\"b'", '"a\\"b"'],
  ["'9'", '"9"'],
  ['null', 'null'],
  ['true', 'true'],
  ["interval '3' day", '"3 days"'],
  ["time '10:11:12'", '"10:11:12"'],
  ["uuid '00000000-0000-0000-0000-000000000001'", '"00000000-0000-0000-0000-000000000001"'],
  ["timestamptz '2026-02-03 04:05:06.007+02'", '"2026-02-03T02:05:06.007Z"'],
  ["timestamp '1960-01-01 00:00:00.000001'", '"1960-01-01T00:00:00.000001"'],
  ['\'{"a": [1, 9007199254740993]}\'::json', '{"a": [1, 9007199254740993]}'],
  ["['{}'::json, null]", '[{},null]'],
  ["{'a b': 1, 'c': {'d': 'x'}}", '{"a b":1,"c":{"d":"x"}}'],
  ["map {1: 'x'}", '{"1":"x"}'],
  ["'\\x00\\xFF'::blob", '"\\\\x00\\\\xFF"'],
  ["'x'::enum('x', 'y')", '"x"'],
])('%s is written as %s', async (sql, json) => {
  expect(await written(`select ${sql}`)).toBe(json)
})

test('whatever text there is, JSON gives it back, and a cell shows it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      const clean = text.replaceAll('\u0000', '')
      const json = await written(`select '${clean.replaceAll("'", "''")}'`)
      expect(JSON.parse(json)).toBe(clean)
      expect(cellText(json)).toBe(clean)
    }),
    { numRuns: 50 },
  )
})
