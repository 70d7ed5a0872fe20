import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { translate } from '../../shared/segment/cases.ts'
import { ComputedTrait } from '../../shared/segment/computed-trait.ts'
import type { Condition } from '../../shared/segment/condition.ts'
import { findCycle } from '../../shared/segment/cycle.ts'
import { evaluate } from '../../shared/segment/evaluate.ts'
import { percentilesOf } from '../../shared/segment/percentiles.ts'
import { prepareSurroundings, type Surroundings, type Workspace } from '../../shared/segment/surroundings.ts'
import { type CaseMessage, foldCase, instantOf, receivedAt } from './case-person.ts'

/** Judges one of the segmentation cases (test/fixtures/segmentation/cases.json): what it expects, against the evaluator. */
export interface Case {
  readonly id: string
  readonly title: string
  readonly definition: unknown
  /** What the definition refers to, by name. */
  readonly segments?: { readonly [key: string]: unknown }
  readonly computed_traits?: { readonly [key: string]: object }
  /** The values of a trait over the workspace's profiles. */
  readonly population?: { readonly trait: string; readonly values: readonly number[] }
  readonly messages: readonly CaseMessage[]
  readonly checks: readonly { readonly at: string; readonly member: boolean; readonly why?: string }[]
  readonly expected_transitions?: readonly Transition[]
}

interface Transition {
  readonly type: string
  readonly at: string
}

/** What is wrong, one text each; none when the case passes. */
export function faultsOf(each: Case): readonly string[] {
  const { definition, messages, checks, expected_transitions } = each
  const condition = translate(definition)
  if (!condition.ok) return [condition.failure]
  const workspace = workspaceOf(each)
  if (!workspace.ok) return [workspace.failure]
  const surroundings = prepareSurroundings(workspace.value)
  const faults: string[] = []
  for (const check of checks) {
    const at = instantOf(check.at)
    const { member } = evaluate(condition.value, foldCase(messages, at, surroundings), at)
    if (member === check.member) continue
    faults.push(`at ${check.at} member is ${member}, expected ${check.member}${check.why ? ` (${check.why})` : ''}`)
  }
  if (expected_transitions) {
    const told = (list: readonly Transition[]) => list.map(({ type, at }) => `${type} ${at}`).join(', ') || 'none'
    const expected = told(expected_transitions)
    const found = told(transitionsOf(condition.value, messages, surroundings))
    if (found !== expected) faults.push(`transitions are ${found}, expected ${expected}`)
  }
  return faults
}

/** The workspace that a case describes around its one person. */
function workspaceOf({ segments = {}, computed_traits = {}, population }: Case): Result<Workspace, string> {
  const others: { key: string; condition: Condition }[] = []
  for (const [key, neutral] of Object.entries(segments)) {
    const condition = translate(neutral)
    if (!condition.ok) return err(`segment ${key}: ${condition.failure}`)
    others.push({ key, condition: condition.value })
  }
  const cycle = findCycle(others)
  if (cycle) return err(`segments read each other: ${cycle.join(' → ')}`)
  const computedTraits: ComputedTrait[] = []
  for (const [key, aggregate] of Object.entries(computed_traits)) {
    const parsed = ComputedTrait.safeParse({ key, name: key, aggregate })
    if (!parsed.success)
      return err(`computed trait ${key}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`)
    computedTraits.push(parsed.data)
  }
  const percentiles = population ? { [population.trait]: percentilesOf(population.values) } : {}
  return ok({ segments: others, computedTraits, percentiles })
}

/** A walk that goes on and on is a fault of its own; a case has a handful of steps. */
const MOST_STEPS = 1_000

/** Every ENTER and EXIT with its instant: at each arrival, and from there on at each change by time alone. */
function transitionsOf(
  condition: Condition,
  messages: readonly CaseMessage[],
  surroundings: Surroundings,
): readonly Transition[] {
  const arrivals = [...new Set(messages.map(receivedAt))].sort((a, b) => a - b)
  const transitions: Transition[] = []
  let member = false
  arrivals.forEach((arrival, i) => {
    const person = foldCase(messages, arrival, surroundings)
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
