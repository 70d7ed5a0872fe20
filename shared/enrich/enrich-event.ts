import type { Event } from '../event/event.ts'
import type { DropReason } from '../event/outcome.ts'
import type { EnrichSettings } from './enrich-settings.ts'
import type { EnrichInput, Enrichment, EnrichNote, Findings } from './enrichment.ts'
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
  let { event } = input
  const notes: EnrichNote[] = []
  let drop: DropReason | undefined
  for (const [name, enrichment] of enrichments) {
    const options = settings[name]
    const findings = options.enabled ? enrichment.look(input, options) : undefined
    if (!findings) continue
    event = withFindings(event, findings)
    if (findings.notes) notes.push(...findings.notes)
    drop ??= findings.drop
  }
  return { event, notes, drop }
}

function withFindings(event: Event, { context, properties, canonical }: Findings): Event {
  const inContext = context ? filled(event.context, context) : event.context
  const rewritten = canonical ? { ...event.properties, ...canonical } : event.properties
  const inProperties = properties ? filled(rewritten, properties) : rewritten
  if (inContext === event.context && inProperties === event.properties) return event
  return {
    ...event,
    ...(inContext ? { context: inContext } : {}),
    ...(inProperties ? { properties: inProperties } : {}),
  }
}
