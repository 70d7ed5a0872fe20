import { VIOLATION_KINDS } from '../event/outcome.ts'
import type { Counts } from './meter.ts'
import type { StageNote } from './stage-note.ts'

/**
 * What the stages say of events, counted. The lists are closed, as labels of metrics have to be; an outcome that is none of
 * them is `other`. Tracking plans are counted by kind of violation.
 */
export const STAGE_OUTCOMES = {
  transform: ['changed', 'dropped', 'failed', 'other'],
  enrich: ['bot', 'unknown_currency', 'no_rate', 'other'],
  plugins: ['changed', 'dropped', 'failed', 'timeout', 'skipped', 'other'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** `stage:<stage>:<outcome>` and `violation:<kind>`, each once per event, however many plugins or plans said so. */
export function countNotes(counts: Counts, notes: readonly StageNote[] = []): void {
  for (const label of new Set(notes.flatMap(labelsOf))) counts[label] = (counts[label] ?? 0) + 1
}

function labelsOf({ step, outcome, reason }: StageNote): readonly string[] {
  if (step === 'plan') return kindsIn(reason).map((kind) => `violation:${kind}`)
  const known: readonly string[] | undefined = Object.hasOwn(STAGE_OUTCOMES, step)
    ? STAGE_OUTCOMES[step as keyof typeof STAGE_OUTCOMES]
    : undefined
  return known ? [`stage:${step}:${known.includes(outcome) ? outcome : 'other'}`] : []
}

/** `plan:type, plan:missing` */
function kindsIn(reason = ''): readonly string[] {
  const kinds = reason.split(', ').map((one) => one.replace('plan:', ''))
  return kinds.filter((kind) => Object.hasOwn(VIOLATION_KINDS, kind))
}
