import { toIso } from '../../shared/kernel/instant.ts'
import { translate } from '../../shared/segment/cases.ts'
import type { Condition } from '../../shared/segment/condition.ts'
import { evaluate } from '../../shared/segment/evaluate.ts'
import { type CaseMessage, foldCase, instantOf, receivedAt } from './case-person.ts'

/** Judges one of the segmentation cases (test/fixtures/segmentation/cases.json): what it expects, against the evaluator. */
export interface Case {
  readonly id: string
  readonly title: string
  readonly definition: unknown
  readonly messages: readonly CaseMessage[]
  readonly checks: readonly { readonly at: string; readonly member: boolean; readonly why?: string }[]
  readonly expected_transitions?: readonly Transition[]
}

interface Transition {
  readonly type: string
  readonly at: string
}

/** What is wrong, one text each; none when the case passes. */
export function faultsOf({ definition, messages, checks, expected_transitions }: Case): readonly string[] {
  const condition = translate(definition)
  if (!condition.ok) return [condition.failure]
  const faults: string[] = []
  for (const check of checks) {
    const at = instantOf(check.at)
    const { member } = evaluate(condition.value, foldCase(messages, at), at)
    if (member === check.member) continue
    faults.push(`at ${check.at} member is ${member}, expected ${check.member}${check.why ? ` (${check.why})` : ''}`)
  }
  if (expected_transitions) {
    const told = (list: readonly Transition[]) => list.map(({ type, at }) => `${type} ${at}`).join(', ') || 'none'
    const expected = told(expected_transitions)
    const found = told(transitionsOf(condition.value, messages))
    if (found !== expected) faults.push(`transitions are ${found}, expected ${expected}`)
  }
  return faults
}

/** A walk that goes on and on is a fault of its own; a case has a handful of steps. */
const MOST_STEPS = 1_000

/** Every ENTER and EXIT with its instant: at each arrival, and from there on at each change by time alone. */
function transitionsOf(condition: Condition, messages: readonly CaseMessage[]): readonly Transition[] {
  const arrivals = [...new Set(messages.map(receivedAt))].sort((a, b) => a - b)
  const transitions: Transition[] = []
  let member = false
  arrivals.forEach((arrival, i) => {
    const person = foldCase(messages, arrival)
    const end = arrivals[i + 1] ?? Number.POSITIVE_INFINITY
    let steps = 0
    for (let t: number | null = arrival; t !== null && t < end && steps < MOST_STEPS; steps++) {
      const now = t
      const verdict = evaluate(condition, person, now)
      if (verdict.member !== 'unknown' && verdict.member !== member) {
        member = verdict.member
        transitions.push({ type: member ? 'ENTER' : 'EXIT', at: toIso(now) })
      }
      t = verdict.nextChangeAt
    }
  })
  return transitions
}
