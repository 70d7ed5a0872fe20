import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addCalls, type CallFacts, countCall, healthOf, type PluginCalls, recentCalls } from './plugin-calls.ts'

const MINUTE = 60_000
const NOW = 1_700_000_000_000

const calls: fc.Arbitrary<readonly [string, CallFacts]> = fc.tuple(
  fc.constantFrom('plg_a', 'plg_b'),
  fc.record({
    outcome: fc.constantFrom('answered' as const, 'failed' as const, 'timeout' as const, 'skipped' as const),
    at: fc.integer({ min: NOW - 180 * MINUTE, max: NOW }),
    tookMs: fc.integer({ min: 0, max: 6_000 }),
    events: fc.integer({ min: 1, max: 500 }),
    reason: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
  }),
)

function counted(all: readonly (readonly [string, CallFacts])[]): PluginCalls {
  const into: PluginCalls = {}
  for (const [plugin, facts] of all) countCall(into, plugin, facts)
  return into
}

describe('calls of plugins', () => {
  test('counts of calls are the same in any order and any grouping', () => {
    fc.assert(
      fc.property(fc.array(calls, { maxLength: 30 }), fc.nat(30), (all, cut) => {
        const grouped: PluginCalls = {}
        for (const part of [all.slice(cut).toReversed(), all.slice(0, cut)]) addCalls(grouped, counted(part))
        expect(grouped).toEqual(counted(all))
      }),
    )
  })

  test('what is left out of a row is nothing that is shown', () => {
    fc.assert(
      fc.property(fc.array(calls, { maxLength: 30 }), (all) => {
        const whole = counted(all)
        for (const plugin of ['plg_a', 'plg_b'])
          expect(healthOf(recentCalls(whole, NOW), plugin, NOW)).toEqual(healthOf(whole, plugin, NOW))
      }),
    )
  })

  test('are shown for the last hour, with how long 95 of 100 took and what went wrong last', () => {
    const into = counted([
      ...Array.from({ length: 96 }, (): [string, CallFacts] => [
        'plg_a',
        { outcome: 'answered', at: NOW, tookMs: 8, events: 10 },
      ]),
      ...Array.from({ length: 4 }, (): [string, CallFacts] => [
        'plg_a',
        { outcome: 'timeout', at: NOW, tookMs: 500, events: 10, reason: 'no answer within 500 ms' },
      ]),
      ['plg_a', { outcome: 'skipped', at: NOW, tookMs: 0, events: 3, reason: 'open' }],
      ['plg_b', { outcome: 'failed', at: NOW - 120 * MINUTE, tookMs: 3, events: 1, reason: 'HTTP 500' }],
    ])
    expect(healthOf(into, 'plg_a', NOW)).toEqual({
      calls: 100,
      events: 1_000,
      failed: 4,
      timeouts: 4,
      skipped: 3,
      p95Ms: 10,
      lastError: { at: NOW, reason: 'no answer within 500 ms' },
    })
    expect(healthOf(into, 'plg_b', NOW)).toMatchObject({ calls: 0, p95Ms: null, lastError: { reason: 'HTTP 500' } })
    expect(healthOf(into, 'plg_none', NOW)).toMatchObject({ calls: 0, lastError: null })
  })
})
