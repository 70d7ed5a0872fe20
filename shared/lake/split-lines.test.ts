import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultSettings } from '../config/workspace-config.ts'
import { HOUR } from '../kernel/instant.ts'
import { NO_WORKSPACE } from '../message/dead-letter.ts'
import { partitionOf } from './lake-key.ts'
import { byWorkspace, type PlacedLine, rowKey, splitLines } from './split-lines.ts'

const T0 = Date.UTC(2026, 2, 15, 12)
const copy = fc.record({
  n: fc.nat(5),
  /** One messageId sent for two people in one request: two copies, both applied. */
  i: fc.nat(1),
  outcome: fc.constantFrom('applied', 'applied', 'duplicate', 'dropped'),
  body: fc.constantFrom<object>(
    { type: 'track', event: 'Click', userId: 'u' },
    { type: 'dance' },
    { traits: { a: 1 } },
  ),
  redelivered: fc.boolean(),
  /** The object it stands in is of another hour than it. */
  hoursBefore: fc.nat(30),
})

function placed(copies: readonly (typeof copy extends fc.Arbitrary<infer C> ? C : never)[]): PlacedLine[] {
  return copies.map(({ n, i: place, outcome, body, redelivered, hoursBefore }, i) => {
    const receivedAt = T0 + n * 20 * 60_000
    const envelope = { requestId: `r${n}`, source: 'src_web', trust: 'public', origin: 'live', receivedAt }
    const item = { i: place, body: { messageId: `m${n}`, ...body } }
    const line = {
      copyId: `r${n}.${place}`,
      receivedAt,
      workspace: 'w',
      source: 'src_web',
      messageId: `m${n}`,
      outcome,
      redelivered,
    }
    const hour = Math.floor(receivedAt / HOUR) * HOUR - hoursBefore * HOUR
    const object = { stream: 'events' as const, hour, name: `o${i}` }
    return { object, n: i, line: { ...line, canonicalId: 'prf_1', leaf: 'prf_1', envelope, item } }
  })
}

test('every applied copy gives exactly one row, whatever rounds and files its lines come in', () => {
  fc.assert(
    fc.property(fc.array(copy, { maxLength: 12 }), (copies) => {
      const lines = placed(copies)
      const partitions = splitLines(lines, {
        settings: defaultSettings,
        keyOf: ({ type, match }) => `${type}:${match}`,
      })
      const silver = partitions.filter(({ table }) => table !== 'index')
      const applied = new Set(
        lines.filter(({ line }) => line['outcome'] === 'applied').map(({ line }) => line['copyId']),
      )
      const rows = silver.flatMap((partition) => partition.rows.map((row) => ({ partition, row })))
      // A copy that is readable here and not there cannot be: its body is one. Of these made-up ones it can.
      const ofTable = Map.groupBy(rows, ({ partition }) => partition.table)
      for (const [table, found] of ofTable) {
        const keys = found.map(({ row }) => rowKey(table, row))
        expect(new Set(keys).size).toBe(keys.length)
      }
      expect(new Set(rows.map(({ row }) => row['copy_id']))).toEqual(applied)
      for (const { partition, row } of rows) {
        const { day, hour } = partitionOf(Number(row['received_at']))
        expect([partition.day, partition.hour]).toEqual([day, hour])
      }
      for (const { line, object, n } of lines) {
        const entries = partitions.filter(({ table }) => table === 'index').flatMap((partition) => partition.rows)
        const own = entries.filter((entry) => entry['line'] === n && String(entry['object']).includes(object.name))
        expect(own.map(({ key }) => key)).toContain(`$message:${line['messageId']}`)
        expect(own.map(({ key }) => key)).toContain('$canonical:prf_1')
      }
    }),
  )
})

test('the same lines in another order are the same rows: a file is named after what is in it', () => {
  fc.assert(
    fc.property(fc.array(copy, { maxLength: 8 }), fc.nat(), (copies, turn) => {
      const lines = placed(copies.map((one) => ({ ...one, body: { type: 'track', event: 'Click', userId: 'u' } })))
      const at = lines.length === 0 ? 0 : turn % lines.length
      const turned = [...lines.slice(at), ...lines.slice(0, at)]
      const splitting = {
        settings: defaultSettings,
        keyOf: ({ type, match }: { type: string; match: string }) => type + match,
      }
      const sorted = (all: readonly PlacedLine[]) =>
        splitLines(all, splitting).toSorted((a, b) =>
          `${a.table}${a.day}${a.hour}` < `${b.table}${b.day}${b.hour}` ? -1 : 1,
        )
      expect(sorted(turned)).toEqual(sorted(lines))
    }),
  )
})

test('lines of sources that nobody knows are of no workspace', () => {
  const [first] = placed([{ n: 1, i: 0, outcome: 'applied', body: {}, redelivered: false, hoursBefore: 0 }])
  const nobody = { ...first, line: { ...first?.line, workspace: NO_WORKSPACE } } as PlacedLine
  expect(byWorkspace([nobody]).size).toBe(0)
  expect(byWorkspace([first as PlacedLine]).get('w')).toHaveLength(1)
})
