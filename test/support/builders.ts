import type { Event } from '../../shared/event/event.ts'
import type { ApplyItem } from '../../shared/profile/apply.ts'
import type { HeldBy } from '../../shared/profile/leaf.ts'

/** Small complete values for tests; name only what the test is about. */
export const NOW = Date.UTC(2026, 2, 15, 12)

let serial = 0

export function anEvent(overrides: Partial<Event> = {}): Event {
  serial += 1
  const timestamp = overrides.timestamp ?? NOW
  return {
    source: 'src_test',
    messageId: `m${serial}`,
    type: 'track',
    name: 'Thing Done',
    userId: 'u1',
    context: {},
    properties: {},
    timestamp,
    receivedAt: timestamp,
    flags: [],
    ...overrides,
  }
}

export function anIdentifier(type: string, value: string, leaf = 'prf_0'): HeldBy {
  return { type, value, match: value, leaf }
}

/** One arrival of an event, as the consumer hands it to a profile. */
export function anItem(event: Event, overrides: Partial<ApplyItem> = {}): ApplyItem {
  return {
    copyId: `${event.messageId}.0`,
    origin: 'live',
    leaf: 'prf_0',
    event,
    identifiers: [anIdentifier('user_id', event.userId ?? 'u1', overrides.leaf)],
    ...overrides,
  }
}
