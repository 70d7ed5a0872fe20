import type { MessageEvent } from './hook-event.ts'

/**
 * What is known of one sent message. Events come late, twice and in any order, so the state is a join: a later-arriving
 * lower state changes nothing.
 *
 *   accepted < sent < deferred < delivered < read        failed, bounced: the end of the send
 *   opened, clicked: delivered at least                   complained, unsubscribed, …: facts beside it
 *
 * @law the order and repetition of events change nothing
 */
export const STATES = ['accepted', 'sent', 'deferred', 'delivered', 'read', 'failed', 'bounced'] as const
export type MessageState = (typeof STATES)[number]

const FACTS = ['opened', 'clicked', 'complained', 'unsubscribed', 'resubscribed', 'replied'] as const
export type MessageFact = (typeof FACTS)[number]

export interface MessageStanding {
  readonly state?: MessageState
  readonly facts: readonly MessageFact[]
}

export const UNKNOWN_STANDING: MessageStanding = { facts: [] }

type Told = Pick<MessageEvent, 'type'> & { readonly machine?: boolean | undefined }

/** The state an event proves. An open by a proxy proves delivery as well: somebody's server had it. */
export function stateOf(event: Told): MessageState | undefined {
  if (event.type === 'opened' || event.type === 'clicked') return 'delivered'
  return (STATES as readonly string[]).includes(event.type) ? (event.type as MessageState) : undefined
}

export function joinStates(a: MessageState | undefined, b: MessageState | undefined): MessageState | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return STATES.indexOf(a) >= STATES.indexOf(b) ? a : b
}

export function standingAfter(standing: MessageStanding, event: Told): MessageStanding {
  const state = joinStates(standing.state, stateOf(event))
  const isFact = (FACTS as readonly string[]).includes(event.type)
  const facts = isFact ? [...new Set([...standing.facts, event.type as MessageFact])].sort() : standing.facts
  return state === undefined ? { facts } : { state, facts }
}
