import { enrichOf } from '../../shared/config/pipeline-settings.ts'
import type { Agent } from '../../shared/enrich/agent.ts'
import { geoOfPerson } from '../../shared/enrich/connection.ts'
import { enrichEvent } from '../../shared/enrich/enrich-event.ts'
import type { EnrichSettings } from '../../shared/enrich/enrich-settings.ts'
import { parseAgent } from '../../shared/enrich/parse-agent.ts'
import type { Event } from '../../shared/event/event.ts'
import type { CopyWork } from '../copy.ts'
import { reasonOf } from '../faults.ts'
import { note, type StageCall } from './stage.ts'

/** Stage `enrich`: what the message and its connection tell beside what the sender wrote (shared/enrich). */
export function enrichCopies({ config, copies }: StageCall): void {
  for (const [source, mine] of Map.groupBy(copies, ({ unit }) => unit.ingest.source)) {
    const settings = enrichOf(config.settings.pipeline, source)
    for (const copy of mine) enrichCopy(copy, settings)
  }
}

function enrichCopy(copy: CopyWork, settings: EnrichSettings): void {
  const { ingest } = copy.unit
  const event = copy.event as Event
  try {
    // Of the item as it came: a transformation may have taken the address away since.
    const geo = geoOfPerson(ingest, copy.item.body, (copy.normalized ?? event).context)
    const enriched = enrichEvent({ event, geo, agentOf: rememberedAgent }, settings)
    copy.event = enriched.event
    for (const line of enriched.notes) note(copy, { step: 'enrich', ...line })
    if (enriched.drop) copy.outcome = { kind: 'dropped', reason: enriched.drop }
  } catch (fault) {
    // A pure function threw: it will throw again, and only about this copy.
    copy.outcome = { kind: 'dead_letter', stage: 'enrich', reason: reasonOf(fault) }
  }
}

/** Few texts make most of the traffic, and one costs as much to take apart as everything else here together. */
const MOST_AGENTS = 2_000
const agents = new Map<string, Agent>()

export function rememberedAgent(text: string): Agent {
  const known = agents.get(text)
  if (known) return known
  const agent = parseAgent(text)
  // What no header could carry is not worth the memory.
  if (text.length > MOST_CHARS) return agent
  if (agents.size >= MOST_AGENTS) agents.delete(agents.keys().next().value as string)
  agents.set(text, agent)
  return agent
}

const MOST_CHARS = 1_000
