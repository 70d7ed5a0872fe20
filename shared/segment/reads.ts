import type { Condition } from './condition.ts'
import type { Reads } from './kind.ts'
import { fold, kindOf } from './kinds.ts'

/**
 * What a condition reads: names of top-level traits, patterns of event names and so on, each once, in order of code
 * units. Callers index definitions by it, so that an event evaluates only what it could have changed. Every condition
 * also reads whether the person is known. What a `segment` or a computed trait reads in turn is not among it.
 *
 * @law changing what is not read does not change the verdict
 */
export function readsOf(condition: Condition): Reads {
  return fold<Reads>(condition, (node, children) =>
    joinReads([{ ...NOTHING, ...kindOf(node).reads(node) }, ...children]),
  )
}

const NOTHING: Reads = {
  traits: [],
  histories: [],
  events: [],
  computed: [],
  segments: [],
  consents: [],
  identifiers: [],
  percentiles: [],
}

/** What is read by any of them. */
export function joinReads(all: readonly Reads[]): Reads {
  const union = (part: keyof Reads) => [...new Set(all.flatMap((reads) => reads[part]))].sort()
  return {
    traits: union('traits'),
    histories: union('histories'),
    events: union('events'),
    computed: union('computed'),
    segments: union('segments'),
    consents: union('consents'),
    identifiers: union('identifiers'),
    percentiles: union('percentiles'),
  }
}
