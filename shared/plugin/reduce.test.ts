import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event } from '../event/event.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { eventDocument } from '../transform/event-document.ts'
import { MOST_ADDED_BYTES, readAnswer } from './answer.ts'
import { joinVotes, type Vote } from './reduce.ts'

const SETTINGS = { windowMs: 2_000, graceMs: 120_000 }

const event: Event = {
  source: 'src_web',
  messageId: 'm1',
  type: 'track',
  name: 'Order',
  userId: 'u',
  properties: { total: 5, address: { city: 'Bern' }, note: 'text' },
  context: { page: { url: 'https://shop.example' } },
  timestamp: 1_700_000_000_000,
  receivedAt: 1_700_000_000_500,
  flags: [],
}

const PATHS = [
  'context.weather',
  'context.weather.sky',
  'context.page',
  'context.page.title',
  'properties.score',
  'properties.total',
  'properties.address.city',
  'properties.note.inner',
  'traits.vip',
]
const values = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.dictionary(fc.string(), fc.integer()))
const sets = fc.dictionary(fc.constantFrom(...PATHS), values as fc.Arbitrary<JsonValue>)
/** Answers as they come: right ones, wrong ones, and ones that are none. */
const answers = fc.oneof(
  { weight: 6, arbitrary: sets.map((set) => ({ set })) },
  { weight: 1, arbitrary: fc.record({ drop: fc.string() }) },
  { weight: 1, arbitrary: fc.record({ error: fc.string() }) },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const votesOf = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    position: fc.integer({ min: 0, max: 3 }),
    onFailure: fc.constantFrom('continue' as const, 'dead_letter' as const),
    writes: fc.subarray(PATHS),
    raw: answers,
  }),
  { maxLength: 6 },
)

function votes(given: typeof votesOf extends fc.Arbitrary<infer T> ? T : never): readonly Vote[] {
  return given.map(({ name, position, onFailure, writes, raw }, i) => ({
    plugin: { id: `plg_${i}`, name, position, onFailure },
    answer: readAnswer(raw, writes, event),
  }))
}

describe('the answers of plugins', () => {
  test('the result does not depend on the order of the answers', () => {
    fc.assert(
      fc.property(
        votesOf.chain((given) =>
          fc.tuple(
            fc.constant(votes(given)),
            fc.shuffledSubarray([...votes(given).keys()], { minLength: given.length }),
          ),
        ),
        ([given, order]) => {
          const shuffled = order.map((i) => given[i] as Vote)
          expect(joinVotes(event, shuffled, SETTINGS)).toEqual(joinVotes(event, given, SETTINGS))
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a field that no plugin declared keeps its value', () => {
    fc.assert(
      fc.property(votesOf, (given) => {
        const joined = joinVotes(event, votes(given), SETTINGS)
        if (joined.kind !== 'pass') return
        const declared = given.flatMap(({ writes }) => writes)
        const isDeclared = (path: string) =>
          declared.some((one) => path === one || path.startsWith(`${one}.`) || one.startsWith(`${path}.`))
        const [before, after] = [leavesOf(eventDocument(event)), leavesOf(eventDocument(joined.event))]
        for (const path of new Set([...before.keys(), ...after.keys()]))
          if (!isDeclared(path)) expect([path, after.get(path)]).toEqual([path, before.get(path)])
      }),
      { numRuns: 500 },
    )
  })

  test('what it was given is never changed, whatever is answered', () => {
    const text = JSON.stringify(event)
    fc.assert(
      fc.property(votesOf, (given) => {
        joinVotes(event, votes(given), SETTINGS)
        expect(JSON.stringify(event)).toBe(text)
      }),
    )
  })

  test('no answer is read as anything but nothing, fields, a drop or a failure', () => {
    fc.assert(
      fc.property(fc.anything(), fc.subarray(PATHS), (raw, writes) => {
        const answer = readAnswer(raw, writes, event)
        expect(['nothing', 'set', 'drop', 'failed']).toContain(answer.kind)
        if (answer.kind === 'set') expect(JSON.stringify(answer.set).length).toBeLessThanOrEqual(MOST_ADDED_BYTES)
      }),
    )
  })

  const vote = (name: string, position: number, raw: unknown, onFailure: 'continue' | 'dead_letter' = 'continue') => ({
    plugin: { id: name, name, position, onFailure },
    answer: readAnswer(raw, ['properties.score', 'context.weather', 'properties.address'], event),
  })
  const join = (...given: Vote[]) => joinVotes(event, given, SETTINGS)

  test('a drop outweighs a field and a failure; of two drops the lower position gives the reason', () => {
    const field = vote('a', 0, { set: { 'properties.score': 1 } })
    const failure = vote('b', 0, 'no', 'dead_letter')
    expect(join(field, vote('c', 2, { drop: 'two' }), vote('d', 1, { drop: 'one' }), failure)).toMatchObject({
      kind: 'drop',
      reason: 'one',
    })
    expect(join(field, failure)).toMatchObject({ kind: 'dead_letter', plugin: { name: 'b' } })
    expect(join(field, vote('b', 0, 'no'))).toMatchObject({ event: { properties: { score: 1 } } })
  })

  test('equal positions are decided by the name', () => {
    const joined = join(
      vote('b', 1, { set: { 'properties.score': 'b' } }),
      vote('a', 1, { set: { 'properties.score': 'a' } }),
    )
    expect(joined).toMatchObject({ event: { properties: { score: 'a' } } })
  })

  test('fields that together make the event too large are not written at all', () => {
    const large: JsonObject = { 'context.weather': 'x'.repeat(15_000) }
    const given = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
      plugin: { id: name, name, position: 0, onFailure: 'continue' as const },
      answer: readAnswer({ set: { [`context.${name}`]: large['context.weather'] } }, [`context.${name}`], event),
    }))
    expect(joinVotes(event, given, SETTINGS)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('65536'),
    })
    expect(joinVotes(event, given.slice(0, 3), SETTINGS).kind).toBe('pass')
  })

  test('an undeclared field that is no object is not thrown away for one inside of it', () => {
    expect(readAnswer({ set: { 'properties.note.inner': 1 } }, ['properties.note.inner'], event)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('"properties.note" is no object'),
    })
    expect(readAnswer({ set: { 'properties.note.inner': 1 } }, ['properties.note'], event).kind).toBe('set')
  })

  test('traits are written to identify and group calls alone', () => {
    const answer = { set: { 'traits.vip': true } }
    expect(readAnswer(answer, ['traits.vip'], event).kind).toBe('failed')
    expect(readAnswer(answer, ['traits.vip'], { ...event, type: 'identify', traits: {} }).kind).toBe('set')
  })
})

function leavesOf(value: JsonValue, path = '', leaves = new Map<string, JsonValue>()): Map<string, JsonValue> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
    for (const [key, inner] of Object.entries(value)) leavesOf(inner, path === '' ? key : `${path}.${key}`, leaves)
  else leaves.set(path, value)
  return leaves
}
