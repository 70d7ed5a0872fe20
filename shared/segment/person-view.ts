import type { JsonObject, JsonValue } from '../kernel/json.ts'

/**
 * The port by which an evaluator sees one person. Whoever stores people implements it; nothing here knows how. A view
 * does not change while it is being read, and `events` gives the same array for the same pattern.
 */
export interface PersonView {
  /** Whether anything was ever applied to this person. Nobody unknown is a member of anything. */
  readonly known: boolean
  /** A top-level trait; undefined when absent or deleted. */
  trait(name: string): { readonly value: JsonValue; readonly at: number } | undefined
  /** Counted events (track by name, `$page`, `$screen`) whose name matches a pattern; oldest first by (at, id). */
  events(pattern: string): readonly EventRef[]
  /** How many more counted events that match the pattern are older than everything `events` holds (the timeline was pruned). */
  folded(pattern: string): number
  /** No folded event is later than this instant. Without it, a window over folded events alone can only be `unknown`. */
  readonly foldedUpTo?: number | undefined
}

export interface EventRef {
  /** Epoch milliseconds. */
  readonly at: number
  readonly id: string
  readonly name: string
  /** Lazy: it may read storage. */
  readonly properties: () => JsonObject
}

/** Whether an event name matches a pattern: exact, `"Video *"` (a prefix), or `"*"` (any). */
export function matchesName(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
