import type { Event } from '../event/event.ts'
import { isObject, type JsonValue, own } from '../kernel/json.ts'

/**
 * A workspace may say that a trait is a consent (`"newsletter": "email"`): many a form writes its tick box into a trait.
 * Only by its policy, since nobody knows what a trait of that name means elsewhere. What such a trait says is written into
 * the event's context, where read-consents.ts finds it like any other.
 */
export type ConsentTraits = { readonly [trait: string]: string }

/** Where it stands in `context.consent`. */
export const FROM_TRAITS = 'fromTraits'

export function withConsentTraits(event: Event, rules: ConsentTraits): Event {
  if (event.type !== 'identify' || !event.traits) return event
  const said: Record<string, 'granted' | 'denied'> = {}
  for (const trait of Object.keys(rules)) {
    const answer = answerOf(own(event.traits, trait))
    const name = rules[trait]
    if (answer !== undefined && name !== undefined) said[name] = answer
  }
  if (Object.keys(said).length === 0) return event
  const consent = own(event.context, 'consent')
  const joined = { ...(isObject(consent) ? consent : {}), [FROM_TRAITS]: said }
  return { ...event, context: { ...event.context, consent: joined } }
}

const YES: ReadonlySet<JsonValue> = new Set([
  true,
  1,
  'true',
  '1',
  'yes',
  'y',
  'on',
  'granted',
  'opt_in',
  'opted_in',
  'subscribed',
])
const NO: ReadonlySet<JsonValue> = new Set([
  false,
  0,
  'false',
  '0',
  'no',
  'n',
  'off',
  'denied',
  'opt_out',
  'opted_out',
  'unsubscribed',
])

/** What is neither yes nor no says nothing; a trait that is deleted takes nothing back. */
function answerOf(value: JsonValue | undefined): 'granted' | 'denied' | undefined {
  if (value === undefined) return undefined
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value
  if (YES.has(word)) return 'granted'
  return NO.has(word) ? 'denied' : undefined
}
