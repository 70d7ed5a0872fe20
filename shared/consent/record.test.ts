import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY } from '../kernel/instant.ts'
import { CONSENT_STATUSES, type ConsentWrite, laterConsent } from './consent.ts'
import { addWrite, type ConsentRecord, changesOf, copyOfRecord, joinRecord, type Manner, newRecord } from './record.ts'

interface Said {
  readonly write: ConsentWrite
  readonly manner: Manner
}

const START = Date.UTC(2026, 0, 1)

const write = fc
  .record({
    status: fc.constantFrom(...CONSENT_STATUSES),
    at: fc.oneof(fc.integer({ min: 0, max: 100 * DAY }), fc.integer({ min: 0, max: 5 })).map((ms) => START + ms),
    messageId: fc.constantFrom('a', 'b', 'c', 'd'),
    source: fc.constantFrom('form', 'link'),
  })
  .map((fields): ConsentWrite => fields)
const said = fc.array(fc.record({ write, manner: fc.constantFrom<Manner>('said', 'seen') }), {
  minLength: 1,
  maxLength: 80,
})

function recordOf(all: readonly Said[]): ConsentRecord {
  const [first, ...rest] = all as readonly [Said, ...Said[]]
  const record = newRecord(first.write, first.manner)
  for (const one of rest) addWrite(record, one.write, one.manner)
  return record
}

/** Without the prototypes, for comparing. */
const plain = (record: ConsentRecord) => JSON.parse(JSON.stringify(record, sorted)) as unknown

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('what is known of one name', () => {
  test('is the same in any order and with any repetition of what was said', () => {
    fc.assert(
      fc.property(said, fc.infiniteStream(fc.nat()), (all, random) => {
        const shuffled = [...all, ...all.slice(0, 10)]
          .map((one) => ({ one, by: random.next().value as number }))
          .sort((a, b) => a.by - b.by)
          .map(({ one }) => one)
        expect(plain(recordOf(shuffled))).toEqual(plain(recordOf(all)))
      }),
    )
  })

  test('joins to what it would be, had everything come to one place', () => {
    fc.assert(
      fc.property(said, said, said, (a, b, c) => {
        const together = plain(recordOf([...a, ...b, ...c]))
        const left = recordOf(a)
        joinRecord(left, recordOf(b))
        joinRecord(left, recordOf(c))
        const right = recordOf(c)
        joinRecord(right, recordOf(a))
        joinRecord(right, recordOf(b))
        joinRecord(right, recordOf(a))
        expect([plain(left), plain(right)]).toEqual([together, together])
      }),
    )
  })

  test('stands as the latest write, whatever was folded', () => {
    fc.assert(
      fc.property(said, (all) => {
        expect(recordOf(all).latest).toEqual(all.map((one) => one.write).reduce(laterConsent))
      }),
    )
  })

  test('changes nothing in the record that another one was joined from', () => {
    fc.assert(
      fc.property(said, said, (a, b) => {
        const from = recordOf(b)
        const before = plain(from)
        const copy = copyOfRecord(from)
        joinRecord(copy, recordOf(a))
        expect(plain(from)).toEqual(before)
      }),
    )
  })
})

describe('the history', () => {
  const at = (n: number, status: ConsentWrite['status'], manner: Manner): Said => ({
    write: { status, at: START + n, messageId: `m${n}`, source: 's' },
    manner,
  })
  const shown = (all: readonly Said[]) =>
    changesOf(recordOf(all)).map(({ status, messageId }) => `${messageId} ${status}`)

  test('has everything that was said, the same thing twice too: each is a proof', () => {
    expect(shown([at(1, 'granted', 'said'), at(2, 'granted', 'said')])).toEqual(['m1 granted', 'm2 granted'])
  })

  test('has of a banner that every page tells of only what changed', () => {
    const pages = [1, 2, 3].map((n) => at(n, 'granted', 'seen'))
    expect(shown([...pages, at(4, 'denied', 'seen'), at(5, 'denied', 'seen'), at(DAY, 'granted', 'seen')])).toEqual([
      'm1 granted',
      'm4 denied',
      `m${DAY} granted`,
    ])
  })

  test('keeps the newest fifty, and what stands', () => {
    const many = Array.from({ length: 60 }, (_, n) => at(n, n % 2 ? 'granted' : 'denied', 'said'))
    const changes = changesOf(recordOf(many))
    expect([changes.length, changes[0]?.messageId, changes.at(-1)?.messageId]).toEqual([50, 'm10', 'm59'])
  })
})
