import type { Event } from '../event/event.ts'
import type { DropReason } from '../event/outcome.ts'
import type { EnrichSettings } from './enrich-settings.ts'
import type { EnrichInput, Enrichment, EnrichNote } from './enrichment.ts'
import { filled } from './fill.ts'
import { ENRICHMENTS } from './index.ts'

export interface Enriched {
  /** The very event that came in, when nothing was found. */
  readonly event: Event
  readonly notes: readonly EnrichNote[]
  readonly drop: DropReason | undefined
}

type Switched = { readonly enabled: boolean }
const ALL = Object.entries(ENRICHMENTS) as readonly (readonly [keyof typeof ENRICHMENTS, Enrichment<Switched>])[]

/**
 * One event with what all enrichments find. Each looks at the event as it came in, and no two fill the same place.
 *
 * @law in any order the enrichments give the same event, and what the sender said is never changed
 * @law enriching twice is enriching once
 */
export function enrichEvent(input: EnrichInput, settings: EnrichSettings, enrichments = ALL): Enriched {
  const { event } = input
  let { context, properties } = event
  const notes: EnrichNote[] = []
  let drop: DropReason | undefined
  for (const [name, enrichment] of enrichments) {
    const options = settings[name]
    const findings = options.enabled ? enrichment.look(input, options) : undefined
    if (!findings) continue
    if (findings.context) context = filled(context, findings.context) ?? context
    if (findings.canonical) properties = { ...properties, ...findings.canonical }
    if (findings.properties) properties = filled(properties, findings.properties)
    if (findings.notes) notes.push(...findings.notes)
    drop ??= findings.drop
  }
  // The event is made anew once, whatever many of them found.
  const isSame = context === event.context && properties === event.properties
  return { event: isSame ? event : { ...event, context, ...(properties ? { properties } : {}) }, notes, drop }
}
