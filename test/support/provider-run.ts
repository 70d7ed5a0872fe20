import type { JsonValue } from '../../shared/kernel/json.ts'
import type { HookEvent, MessageEvent, RecordChange } from '../../shared/provider/hook-event.ts'
import { type MessageStanding, standingAfter, UNKNOWN_STANDING } from '../../shared/provider/message-state.ts'
import type { KeptHook, Provider } from '../../shared/provider/provider.ts'
import { suppressionOf } from '../../shared/provider/suppression.ts'
import type { Call } from './provider-input.ts'

/** What the real code made of one call, in the words that vector files expect things in. */
export interface Answered {
  readonly valid: boolean
  readonly refusal?: string
  readonly status: number
  readonly body: string
  /** Of this call alone; those that were told before are not among them. */
  readonly events: readonly HookEvent[]
  readonly duplicates: number
  readonly dead_letters: number
}

/** What lives longer than one call: single-use tokens, ids that were seen, the standing of messages. */
export interface Memory {
  readonly tokens: Map<string, string>
  readonly seen: Set<string>
  readonly events: HookEvent[]
  readonly standings: Map<string, MessageStanding>
  readonly suppressed: Set<string>
}

export function emptyMemory(): Memory {
  return { tokens: new Map(), seen: new Set(), events: [], standings: new Map(), suppressed: new Set() }
}

const NOTHING = { events: [], duplicates: 0, dead_letters: 0, body: '' }

/** @param trusted a sample of a payload: it carries no signature to be checked */
export async function answerCall(provider: Provider, call: Call, memory: Memory, trusted = false): Promise<Answered> {
  const { request, settings, tools, now } = call
  const shaken = provider.handshake?.(request, settings, tools)
  if (shaken) return { ...NOTHING, valid: shaken.status === 200, status: shaken.status, body: shaken.body ?? '' }
  if (!trusted) {
    const verdict = await provider.verify(request, settings, tools, now)
    if (!verdict.ok) return { ...NOTHING, valid: false, refusal: verdict.refusal, status: provider.answers.refused }
    const used = spendToken(provider, call, memory)
    if (used === 'replayed') return { ...NOTHING, valid: false, refusal: used, status: provider.answers.refused }
    if (used === 'repeated') return { ...NOTHING, valid: true, status: 200, duplicates: 1 }
  }
  const good = provider.answer?.(request) ?? provider.answers.good
  const kept: KeptHook = { query: request.query, headers: request.headers, text: request.text, receivedAt: now }
  const told = tellAll(provider, kept, call)
  const fresh = told.events.filter((event) => !memory.seen.has(event.dedup))
  for (const event of fresh) remember(memory, event)
  return {
    valid: true,
    status: good.status,
    body: good.body ?? '',
    events: fresh,
    duplicates: told.events.length - fresh.length,
    dead_letters: told.bad,
  }
}

function spendToken(provider: Provider, { request, tools }: Call, memory: Memory): 'first' | 'repeated' | 'replayed' {
  const token = provider.singleUse?.(request)
  if (token === undefined) return 'first'
  const hash = Buffer.from(tools.sha256([request.bytes])).toString('hex')
  const before = memory.tokens.get(token)
  memory.tokens.set(token, before ?? hash)
  return before === undefined ? 'first' : before === hash ? 'repeated' : 'replayed'
}

function tellAll(provider: Provider, kept: KeptHook, { tools }: Call): { events: readonly HookEvent[]; bad: number } {
  const records = provider.read(kept, tools)
  if (!records.ok) return { events: [], bad: 1 }
  const events: HookEvent[] = []
  let bad = 0
  for (const record of records.value as readonly JsonValue[]) {
    const told = provider.tell(record, kept, tools)
    if (told.ok) events.push(...told.value)
    else bad += 1
  }
  return { events, bad }
}

function remember(memory: Memory, event: HookEvent): void {
  memory.seen.add(event.dedup)
  if (event.kind !== 'mirror') memory.events.push(event)
  if (event.kind === 'message') {
    const id = event.messageId ?? ''
    memory.standings.set(id, standingAfter(memory.standings.get(id) ?? UNKNOWN_STANDING, event))
  }
  if (event.kind !== 'message' && event.kind !== 'mirror') return
  const effect = suppressionOf(event)
  const name = `${event.channel}:${event.recipient ?? ''}:${effect?.scope ?? ''}`
  if (effect?.kind === 'suppress' || effect?.kind === 'mirror') memory.suppressed.add(name)
  if (effect?.kind === 'lift') memory.suppressed.delete(name)
}

export function shown(events: readonly HookEvent[]): readonly HookEvent[] {
  return events.filter((event) => event.kind !== 'mirror')
}

export function isMessage(event: HookEvent): event is MessageEvent {
  return event.kind === 'message'
}

export function isRecord(event: HookEvent): event is RecordChange {
  return event.kind === 'record'
}
