import { describe, expect, test } from 'vitest'
import { isFailure, outcomeOf, type TraceLine, traceSteps } from './trace.ts'

const line = (overrides: Partial<TraceLine> = {}): TraceLine => ({
  messageId: 'm',
  copyId: 'req1.0',
  source: 'src_web',
  receivedAt: 1_000,
  decidedAt: 2_000,
  attempts: 1,
  type: 'track',
  timestamp: 900,
  outcome: { kind: 'applied' },
  flags: [],
  canonicalId: 'prf_1',
  leaf: 'prf_1',
  refused: [],
  ...overrides,
})
const stepsOf = (...lines: TraceLine[]) =>
  traceSteps(lines, []).map(({ step, outcome, reason }) => [step, outcome, reason])

describe('a trace', () => {
  test('of an applied event names every step it went through', () => {
    expect(stepsOf(line({ flags: ['late'] }))).toEqual([
      ['received', 'accepted', undefined],
      ['validate', 'pass', undefined],
      ['late', 'flagged', undefined],
      ['identity', 'resolved', undefined],
      ['profile', 'applied', undefined],
    ])
  })

  test('says times as the API says all of them', () => {
    expect(traceSteps([line()], [])[1]).toMatchObject({
      detail: { type: 'track', timestamp: '1970-01-01T00:00:00.900Z' },
    })
  })

  test('says which links were refused, and why', () => {
    expect(stepsOf(line({ refused: ['limit', 'apart', 'limit'] }))[2]).toEqual([
      'identity',
      'link_refused',
      'limit, apart',
    ])
    expect(isFailure(line({ refused: ['limit'] }))).toBe(true)
  })

  test('of an invalid item ends with the reason', () => {
    const rejected = line({
      type: undefined,
      canonicalId: undefined,
      outcome: { kind: 'rejected', reason: 'missing_name' },
    })
    expect(stepsOf(rejected)).toEqual([
      ['received', 'accepted', undefined],
      ['validate', 'rejected', 'missing_name'],
    ])
  })

  test('of an item that an SDK sent in vain names the field, which its 200 did not', () => {
    const fault = { path: 'userId', message: 'has lost digits as a number; send it as a string' }
    const steps = traceSteps([line({ outcome: { kind: 'rejected', reason: 'wrong_type' }, fault })], [])
    expect(steps.at(-1)).toMatchObject({ step: 'validate', reason: 'wrong_type', detail: fault })
  })

  test('of several copies has the steps of each in order of arrival, and the outcome that weighs most', () => {
    const first = line()
    const second = line({ copyId: 'req2.0', receivedAt: 5_000, outcome: { kind: 'duplicate' } })
    expect(
      traceSteps([second, first], [])
        .filter(({ step }) => step === 'received')
        .map(({ at }) => at),
    ).toEqual([1_000, 5_000])
    expect(outcomeOf([second, first])).toBe('applied')
    expect(outcomeOf([second])).toBe('duplicate')
  })

  test('names segments by key, also one with a space in it', () => {
    expect(traceSteps([line()], [{ name: 'big spenders ENTER', at: 3_000 }]).at(-1)).toEqual({
      step: 'segment',
      outcome: 'enter',
      at: 3_000,
      detail: { segment: 'big spenders' },
    })
  })
})
