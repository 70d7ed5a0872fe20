import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { feedOf, isWanted, LIVE_PAYLOAD_CHARS, type LiveCandidate, type LiveFilter, type Watcher } from './live.ts'
import { isFailure, OUTCOME_KINDS, type TraceLine } from './trace.ts'

const outcomes = {
  applied: { kind: 'applied' },
  duplicate: { kind: 'duplicate' },
  dropped: { kind: 'dropped', reason: 'late' },
  rejected: { kind: 'rejected', reason: 'missing_name' },
  dead_letter: { kind: 'dead_letter', stage: 'apply', reason: 'broke' },
} as const satisfies Record<(typeof OUTCOME_KINDS)[number], TraceLine['outcome']>

function aCandidate(overrides: Partial<TraceLine> = {}, payload: string | undefined = '{}'): LiveCandidate {
  const line: TraceLine = {
    messageId: 'm',
    copyId: 'req.0',
    source: 'src_web',
    receivedAt: 1_000,
    decidedAt: 2_000,
    attempts: 1,
    type: 'track',
    name: 'x',
    outcome: outcomes.applied,
    flags: [],
    refused: [],
    ...overrides,
  }
  return { line, identifiers: ['user_id:u'], payload: () => payload }
}

const watcher = (filter: LiveFilter, overrides: Partial<Watcher> = {}): Watcher => ({
  id: 'w',
  filter,
  seesPeople: true,
  ...overrides,
})

const candidates = fc.array(
  fc
    .record({ kind: fc.constantFrom(...OUTCOME_KINDS), name: fc.constantFrom('x', 'y') })
    .map(({ kind, name }) => aCandidate({ outcome: outcomes[kind], name })),
  { maxLength: 40 },
)
const filters = fc.record(
  {
    events: fc.constant<string[]>(['x']),
    outcomes: fc.uniqueArray(fc.constantFrom(...OUTCOME_KINDS), { minLength: 1 }),
  },
  { requiredKeys: [] },
)

describe('the feed of a batch', () => {
  test('loses no copy that was asked for, and leaves out failures last', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.array(filters, { maxLength: 4 }),
        fc.integer({ min: 1, max: 10 }),
        (all, asked, most) => {
          const watchers = asked.map((filter, i) => watcher(filter, { id: `w${i}` }))
          const { copies, shares } = feedOf(watchers, all, most)
          for (const one of watchers) {
            const wanted = all.filter((candidate) => isWanted(one, candidate))
            const share = shares.find((share) => share.watcher === one.id)
            const sent = share?.copies ?? []
            expect(sent.length + (share?.skipped ?? 0)).toBe(wanted.length)
            expect(sent.length).toBeLessThanOrEqual(most)
            const failed = wanted.filter(({ line }) => isFailure(line)).length
            expect(sent.filter((i) => copies[i]?.isFailure).length).toBe(Math.min(failed, most))
            expect([...new Set(sent)]).toEqual([...sent].sort((a, b) => a - b))
          }
          const used = new Set(shares.flatMap(({ copies: mine }) => mine))
          expect(used.size).toBe(copies.length)
        },
      ),
    )
  })

  test('holds a payload only when somebody who sees people has it, and says of a long one how long it is', () => {
    const all = [aCandidate({ name: 'x' }, '{"a":1}'), aCandidate({ name: 'y' }, 'z'.repeat(LIVE_PAYLOAD_CHARS + 1))]
    expect(feedOf([watcher({}, { seesPeople: false })], all).copies.map(({ payload }) => payload)).toEqual([
      undefined,
      undefined,
    ])
    const seen = feedOf([watcher({ events: ['y'] }, { id: 'a' }), watcher({}, { id: 'b', seesPeople: false })], all)
    expect(seen.copies.map(({ payload, payloadChars }) => [payload, payloadChars])).toEqual([
      [undefined, undefined],
      [undefined, LIVE_PAYLOAD_CHARS + 1],
    ])
    expect(feedOf([watcher({})], all).copies[0]?.payload).toBe('{"a":1}')
  })
})

describe('a filter', () => {
  const cases: readonly [LiveFilter, Partial<TraceLine>, boolean][] = [
    [{}, {}, true],
    [{ events: ['Order*', 'x'] }, { name: 'x' }, true],
    [{ events: ['Order*'] }, { name: 'Order Placed' }, true],
    [{ events: ['Order'] }, { name: 'Order Placed' }, false],
    [{ events: ['x'] }, { name: undefined }, false],
    [{ types: ['identify'] }, {}, false],
    [{ sources: ['src_web'], types: ['track'], outcomes: ['applied'] }, {}, true],
    [{ outcomes: ['rejected'] }, {}, false],
    [{ profile: 'prf_1' }, { canonicalId: 'prf_1' }, true],
    [{ profile: 'prf_1' }, { canonicalId: 'prf_2' }, false],
    [{ profile: 'user_id:u' }, {}, true],
    [{ profile: 'user_id:v' }, {}, false],
    [{ text: 'ORDER' }, { name: 'my order' }, true],
    [{ text: 'req.0' }, {}, false],
  ]
  test.each(cases)('%j of %j: %s', (filter, line, expected) => {
    expect(isWanted(watcher(filter), aCandidate(line))).toBe(expected)
  })

  test('about a person takes what is theirs under any identifier; who may not read people follows an ID alone', () => {
    const theirs = aCandidate({ canonicalId: 'prf_1' })
    expect(isWanted(watcher({ profile: 'email:a@b.co' }, { person: 'prf_1' }), theirs)).toBe(true)
    const blind = { seesPeople: false, person: 'prf_1' }
    expect(isWanted(watcher({ profile: 'email:a@b.co' }, blind), theirs)).toBe(false)
    expect(isWanted(watcher({ profile: 'user_id:u' }, blind), theirs)).toBe(false)
    expect(isWanted(watcher({ profile: 'prf_1' }, blind), theirs)).toBe(true)
    expect(isWanted(watcher({ text: 'secret' }, blind), aCandidate({}, '{"a":"secret"}'))).toBe(false)
  })
})
