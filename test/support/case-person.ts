import { MINUTE, parseInstant } from '../../shared/kernel/instant.ts'
import { type JsonObject, type JsonValue, own } from '../../shared/kernel/json.ts'
import { type EventRef, matchesName, type PersonView } from '../../shared/segment/person-view.ts'

/**
 * Folds the messages of one case of the segmentation cases into the person `u1`. A stand-in of a hundred lines for the
 * real core (normalisation, identity, profile): whoever puts the core in its place changes `foldCase` only.
 */
export interface CaseMessage {
  readonly type: string
  readonly message_id: string
  readonly ts: string
  readonly received_at?: string
  readonly user_id?: string
  readonly anonymous_id?: string
  readonly previous_id?: string
  readonly event?: string
  readonly traits?: JsonObject
  readonly properties?: JsonObject
}

/** The case's person as known at an instant: from the messages received up to it. */
export function foldCase(messages: readonly CaseMessage[], at: number): PersonView {
  const mine = messagesOfPerson(uniqueMessages(messages.filter((message) => receivedAt(message) <= at)))
  const events = mine
    .flatMap((message): EventRef[] => {
      const name = countedName(message)
      return name === undefined
        ? []
        : [{ at: timeOf(message), id: message.message_id, name, properties: () => message.properties ?? {} }]
    })
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  const traits = traitsOf(mine)
  return {
    known: mine.length > 0,
    trait: (name) => {
      const trait = traits.get(name)
      return trait && trait.value !== null ? trait : undefined
    },
    events: (pattern) => events.filter((event) => matchesName(pattern, event.name)),
    folded: () => 0,
  }
}

export function receivedAt(message: CaseMessage): number {
  return instantOf(message.received_at ?? message.ts)
}

export function instantOf(text: string): number {
  const at = parseInstant(text)
  if (at === undefined) throw new Error(`no instant: ${text}`)
  return at
}

/** A time more than five minutes ahead of its arrival is impossible and becomes the arrival. */
function timeOf(message: CaseMessage): number {
  const at = instantOf(message.ts)
  const received = receivedAt(message)
  return at > received + 5 * MINUTE ? received : at
}

/** The first copy of each message, in order of arrival. */
function uniqueMessages(messages: readonly CaseMessage[]): readonly CaseMessage[] {
  const first = new Map<string, CaseMessage>()
  for (const message of [...messages].sort((a, b) => receivedAt(a) - receivedAt(b))) {
    if (!first.has(message.message_id)) first.set(message.message_id, message)
  }
  return [...first.values()]
}

/** The messages of everyone that turned out to be `u1`: ids that stand in one message are one person's. */
function messagesOfPerson(messages: readonly CaseMessage[]): readonly CaseMessage[] {
  const names = new Set(['user:u1'])
  const isMine = (message: CaseMessage) => namesIn(message).some((name) => names.has(name))
  for (let before = 0; before !== names.size; ) {
    before = names.size
    for (const message of messages.filter(isMine)) for (const name of namesIn(message)) names.add(name)
  }
  return messages.filter(isMine)
}

function namesIn({ user_id, anonymous_id, previous_id }: CaseMessage): readonly string[] {
  return [
    user_id !== undefined && `user:${user_id}`,
    anonymous_id !== undefined && `anonymous:${anonymous_id}`,
    previous_id !== undefined && `anonymous:${previous_id}`,
    previous_id !== undefined && `user:${previous_id}`,
  ].filter((name) => name !== false)
}

function countedName({ type, event }: CaseMessage): string | undefined {
  return type === 'track' ? event : type === 'page' || type === 'screen' ? `$${type}` : undefined
}

/** Per trait, the write with the latest (time, message id) wins; `null` deletes. */
function traitsOf(messages: readonly CaseMessage[]): ReadonlyMap<string, { value: JsonValue; at: number }> {
  const traits = new Map<string, { value: JsonValue; at: number; id: string }>()
  for (const message of messages) {
    if (message.type !== 'identify') continue
    for (const name of Object.keys(message.traits ?? {})) {
      const write = { value: own(message.traits ?? {}, name) ?? null, at: timeOf(message), id: message.message_id }
      const held = traits.get(name)
      if (!held || write.at > held.at || (write.at === held.at && write.id > held.id)) traits.set(name, write)
    }
  }
  return traits
}
