import { expect, test } from 'vitest'
import type { Counts } from './meter.ts'
import { countNotes } from './stage-counts.ts'

const counted = (...events: Parameters<typeof countNotes>[1][]) => {
  const counts: Counts = {}
  for (const notes of events) countNotes(counts, notes)
  return counts
}

test('an event is counted once for each thing that stages say of it', () => {
  expect(
    counted(
      [
        { step: 'plan', outcome: 'violation', reason: 'plan:type, plan:missing' },
        { step: 'plan', outcome: 'violation', reason: 'plan:type' },
        { step: 'plugins', outcome: 'timeout' },
        { step: 'plugins', outcome: 'timeout' },
      ],
      [
        { step: 'plugins', outcome: 'timeout' },
        { step: 'enrich', outcome: 'bot' },
      ],
      undefined,
    ),
  ).toEqual({ 'violation:type': 1, 'violation:missing': 1, 'stage:plugins:timeout': 2, 'stage:enrich:bot': 1 })
})

test('labels stay closed, whatever a stage says', () => {
  expect(
    counted([
      { step: 'plan', outcome: 'violation', reason: 'plan:toString, {evil}' },
      { step: 'transform', outcome: 'a new word' },
      { step: 'constructor', outcome: 'x' },
      { step: 'nobody', outcome: 'x' },
    ]),
  ).toEqual({ 'stage:transform:other': 1 })
})
