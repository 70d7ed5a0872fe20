import { describe, expect, it } from 'vitest'
import type { ControlRequest, Standstill } from './control.ts'
import { drain } from './drain.ts'

const still: Standstill = { queued: 0, inFlight: 0, delayed: 0, unsettled: 0, running: 0 }

/** A local entry that answers one state after the other, and the last one for ever. */
function ports(states: readonly (Standstill | Error)[]) {
  const asked: ControlRequest[] = []
  let clock = 0
  return {
    asked,
    now: () => clock,
    sleep: async (ms: number) => {
      // The deadline's timer never wins here: only what is asked moves the clock.
      if (ms > 100) return new Promise<void>(() => {})
      clock += ms
    },
    ask: async (request: ControlRequest) => {
      const state = states[Math.min(asked.length, states.length - 1)] as Standstill | Error
      asked.push(request)
      if (state instanceof Error) throw state
      return state
    },
  }
}

describe('drain', () => {
  it('waits for the queues, for what is in flight, and for what still runs', async () => {
    const entry = ports([
      { ...still, queued: 3 },
      { ...still, inFlight: 1, unsettled: 1 },
      { ...still, unsettled: 1 },
      { ...still, running: 1 },
      still,
    ])
    expect(await drain(entry, 10_000)).toBe(0)
    expect(entry.asked.map(({ frozen }) => frozen)).toEqual([false, false, false, false, false, true])
    expect(entry.asked.every(({ draining }) => draining)).toBe(true)
  })

  it('goes on when something slipped in before alarms were held back', async () => {
    const entry = ports([still, { ...still, queued: 1 }, { ...still, queued: 1 }, still])
    expect(await drain(entry, 10_000)).toBe(0)
    expect(entry.asked.map(({ frozen }) => frozen)).toEqual([false, true, false, false, true])
  })

  it('gives up in time and says how many are left', async () => {
    const entry = ports([{ queued: 2, inFlight: 1, delayed: 4, unsettled: 6, running: 0 }])
    expect(await drain(entry, 1_000)).toBe(7)
    expect(entry.now()).toBeLessThanOrEqual(1_100)
  })

  it('ends even when the runtime does not answer', async () => {
    expect(await drain(ports([new Error('gone')]), 500)).toBeUndefined()
  })
})
