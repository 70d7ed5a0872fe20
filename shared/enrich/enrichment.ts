import type { z } from 'zod'
import type { Event } from '../event/event.ts'
import type { DropReason } from '../event/outcome.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Agent } from './agent.ts'
import type { Geo } from './geo.ts'

/** What an enrichment looks at. */
export interface EnrichInput {
  /** As it came into the stage: what other enrichments add it does not see, so their order cannot matter. */
  readonly event: Event
  /** Where the person's connection came from; absent when the connection was somebody else's. */
  readonly geo: Geo | undefined
  /** What the text of a user agent says: parseAgent, or something that remembers what it answered. */
  readonly agentOf: (text: string) => Agent
}

/** What an enrichment found out. */
export interface Findings {
  /** Fills what the sender left empty; never replaces. */
  readonly context?: JsonObject
  readonly properties?: JsonObject
  /** Properties in their canonical form: the same fact, written another way. */
  readonly canonical?: JsonObject
  readonly notes?: readonly EnrichNote[]
  readonly drop?: DropReason
}

/** For the trace, when there is something to say; names paths and kinds, never a value of the event. */
export interface EnrichNote {
  readonly outcome: string
  readonly detail?: JsonObject
}

/**
 * A built-in enrichment is a value. `reads` and `writes` are paths, written down for people and held by a test: no two
 * enrichments write the same path, and none finds anything outside of its own.
 */
export interface Enrichment<Settings = unknown> {
  readonly name: string
  readonly summary: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly settings: z.ZodType<Settings>
  readonly look: (input: EnrichInput, settings: Settings) => Findings | undefined
}

export function defineEnrichment<Shape extends z.ZodType>(
  enrichment: Enrichment<z.infer<Shape>> & { readonly settings: Shape },
): Enrichment<z.infer<Shape>> & { readonly settings: Shape } {
  return enrichment
}
