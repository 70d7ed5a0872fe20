import type { WorkspaceSettings } from '../config/workspace-config.ts'
import { withConsentTraits } from '../consent/consent-traits.ts'
import type { Event, EventType, Trust } from '../event/event.ts'
import { normalize } from '../event/normalize.ts'
import { asDict } from '../kernel/json.ts'
import { isListMark } from '../segment/list-mark.ts'
import type { IngestItem, IngestMessage } from './ingest-message.ts'

/** The event that a valid item is, before any stage of the workspace has seen it. */
export function normalizedEvent(
  ingest: IngestMessage,
  item: IngestItem,
  type: EventType,
  settings: WorkspaceSettings,
): Event {
  const event = withConsentTraits(normalize(ingest, item, type, settings), settings.consent.traits)
  return asTrusted(event, ingest.trust)
}

/** Who is on a list is said by those who may write segments, not by whoever has the key of a web page, however they put it. */
export function asTrusted(event: Event, trust: Trust): Event {
  return trust === 'public' ? withoutListMarks(event) : event
}

function withoutListMarks(event: Event): Event {
  if (!event.traits || !Object.keys(event.traits).some(isListMark)) return event
  const traits = Object.fromEntries(Object.entries(event.traits).filter(([name]) => !isListMark(name)))
  return { ...event, traits: asDict(traits) }
}
