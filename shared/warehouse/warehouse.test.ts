import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../kernel/instant.ts'
import { compareCounts } from './compare-counts.ts'
import { warehouseType, warehouseTypes } from './index.ts'
import { isSyncDue, lagMs, SCHEDULES } from './sync-config.ts'
import { SYNC_TABLES, wantedTables } from './wanted-tables.ts'
import { PLACE } from './warehouse.ts'

const SETTINGS: Readonly<Record<string, Record<string, string>>> = {
  postgres: { schema: 'cdp' },
  clickhouse: { database: 'cdp' },
  bigquery: { project: 'the-project', dataset: 'cdp', location: 'EU' },
  snowflake: { database: 'CDP', schema: 'cdp' },
}

describe('a plan', () => {
  const wanted = wantedTables(SYNC_TABLES)

  test.each(Object.keys(SETTINGS))('of %s adds what is missing and nothing else, whatever is there', (type) => {
    const columns = fc
      .constantFrom(...wanted)
      .chain((table) =>
        fc.tuple(
          fc.constant(table.name),
          fc.subarray(table.columns.map(({ name }) => name)),
          fc.array(fc.constantFrom('mine', 'yours')),
        ),
      )
    fc.assert(
      fc.property(fc.array(columns), fc.boolean(), (tables, hasPlace) => {
        const present = new Map(tables.map(([name, known, others]) => [name, new Set([...known, ...others])] as const))
        if (hasPlace) present.set(PLACE, new Set())
        const plan = warehouseType(type)?.plan(present, wanted, SETTINGS[type] ?? {}) ?? []
        for (const step of plan) expect(step).toMatch(/^(?:CREATE|ALTER TABLE \S+ ADD COLUMN)/)
        for (const table of wanted)
          for (const { name } of table.columns) {
            const isThere = present.get(table.name)?.has(name)
            const quoted = new RegExp(`[\`"]${name}[\`"]`, 'i')
            if (!isThere) expect(plan.some((step) => quoted.test(step))).toBe(true)
          }
      }),
    )
  })

  test.each(warehouseTypes.map(({ type }) => type))('of %s has nothing to add to what is whole', (type) => {
    const own = ['_tributary_batches', '_tributary_stage', 'events_now', PLACE].map(
      (name) => [name, new Set<string>()] as const,
    )
    const whole = new Map([
      ...own,
      ...wanted.map(({ name, columns }) => [name, new Set(columns.map((one) => one.name))] as const),
    ])
    expect(warehouseType(type)?.plan(whole, wanted, SETTINGS[type] ?? {})).toEqual([])
  })
})

describe('a schedule', () => {
  test('begins a run once in its period, and at once when there was none', () => {
    for (const schedule of SCHEDULES) expect(isSyncDue(schedule, null, 0)).toBe(true)
    expect(isSyncDue('5m', 10 * MINUTE, 14 * MINUTE)).toBe(false)
    expect(isSyncDue('5m', 14 * MINUTE, 15 * MINUTE)).toBe(true)
    expect(isSyncDue('hourly', 59 * MINUTE, HOUR)).toBe(true)
    expect(isSyncDue('daily', HOUR, 23 * HOUR)).toBe(false)
  })

  test('is behind by the age of what it has, and by nothing when it has all', () => {
    expect(lagMs(null, { generation: 3, at: 0 }, 9)).toBeNull()
    expect(lagMs({ generation: 3, at: 100 }, { generation: 3, at: 100 }, 900)).toBe(0)
    expect(lagMs({ generation: 3, at: 100 }, { generation: 4, at: 800 }, 900)).toBe(800)
  })
})

test('a comparison names what differs, and neither what is behind nor what only the warehouse has', () => {
  const lake = { a: 1, b: 2, c: 3 }
  expect(compareCounts('events', lake, { a: 1, b: 9, old: 7 }, (slice) => slice === 'c')).toEqual({
    table: 'events',
    lake: 3,
    warehouse: 10,
    behind: 1,
    differs: [{ slice: 'b', lake: 2, warehouse: 9 }],
  })
  expect(compareCounts('events', lake, 'unknown', () => false)).toMatchObject({ unknown: true, differs: [], lake: 6 })
})
