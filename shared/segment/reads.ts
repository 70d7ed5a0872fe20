import type { Condition } from './condition.ts'
import type { Reads } from './kind.ts'
import { fold, kindOf } from './kinds.ts'

/**
 * What a condition reads of a person: names of top-level traits and patterns of event names, each once, in order of
 * code units. Callers index definitions by it, so that an event evaluates only what it could have changed. Every
 * condition also reads whether the person is known.
 *
 * @law changing what is not read does not change the verdict
 */
export function readsOf(condition: Condition): Reads {
  return fold<Reads>(condition, (node, children) => {
    const { traits = [], events = [] } = kindOf(node).reads(node)
    return {
      traits: union([traits, ...children.map((child) => child.traits)]),
      events: union([events, ...children.map((child) => child.events)]),
    }
  })
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort()
}
