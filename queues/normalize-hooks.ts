import { gunzipSync } from 'node:zlib'
import { webhookTools } from '../platform/webhook-tools.ts'
import { hookSenderOf } from '../shared/connector/hook-provider.ts'
import { idText } from '../shared/event/validate-item.ts'
import { type JsonObject, type JsonValue, own } from '../shared/kernel/json.ts'
import { LIMITS } from '../shared/kernel/limits.ts'
import { err, type Result } from '../shared/kernel/result.ts'
import { copyIdOf, type HookNote, type IngestItem } from '../shared/message/ingest-message.ts'
import { toHex } from '../shared/provider/encoding.ts'
import type { HookEvent } from '../shared/provider/hook-event.ts'
import { messageItem } from '../shared/provider/message-item.ts'
import type { KeptHook } from '../shared/provider/provider.ts'
import type { CopyWork, Unit } from './copy.ts'
import { reasonOf } from './faults.ts'

/**
 * Before step 1: records of webhooks, kept in the provider's words, become messages. One record may tell several events
 * (a mail to several people), so its copies are numbered from the record's own number: the same record gives the same
 * copies whenever it is delivered. What cannot be told is a dead letter by itself, with the record in it.
 */
const tools = webhookTools(async () => undefined)

/** More events than one record can tell (SES names 50 people). */
export const COPIES_PER_RECORD = 1_000

export function unfoldHooks(unit: Unit): Unit {
  if (unit.ingest.items.every((item) => item.hook === undefined)) return unit
  const copies: CopyWork[] = []
  const unfolded: Unit = { ...unit, copies }
  for (const copy of unit.copies) {
    if (copy.item.hook === undefined) copies.push({ ...copy, unit: unfolded })
    else copies.push(...copiesOf(unfolded, copy.item, copy.item.hook))
  }
  return unfolded
}

function copiesOf(unit: Unit, item: IngestItem, note: HookNote): readonly CopyWork[] {
  const told = toldBy(unit, item, note)
  const self: CopyWork = { unit, item, copyId: copyIdOf(unit.ingest, item) }
  if (!told.ok)
    return [{ ...self, outcome: { kind: 'dead_letter', stage: 'normalize', reason: told.failure.slice(0, 1_000) } }]
  const bodies = told.value
    .slice(0, COPIES_PER_RECORD)
    .map((event) => messageItem(event, note.provider))
    .filter((body) => body !== undefined)
  if (bodies.length === 0) return [{ ...self, outcome: { kind: 'dropped', reason: 'not_an_event' } }]
  // A record about several people stays with none of them: whoever is erased must not live on in another's line.
  const isOnes = new Set(bodies.map(({ userId, context }) => JSON.stringify([userId, context]))).size === 1
  return bodies.map((body, n) => {
    const each: IngestItem = {
      i: item.i + n,
      ...identified(body, unit, item.i + n),
      ...(n === 0 && isOnes ? { raw: { hook: note, body: item.body } } : {}),
    }
    return { unit, item: each, copyId: copyIdOf(unit.ingest, each) }
  })
}

function toldBy(unit: Unit, item: IngestItem, note: HookNote): Result<readonly HookEvent[], string> {
  if (note.unread !== undefined) return err(note.unread)
  const provider = hookSenderOf(note.provider)
  if (!provider) return err(`there is no provider or connector ${note.provider}`)
  const kept: KeptHook = { query: note.query, headers: note.headers, text: '', receivedAt: unit.ingest.receivedAt }
  try {
    return provider.tell(recordIn(item, note), kept, tools)
  } catch (fault) {
    // A pure function threw: it will throw again. The record is kept where it can be seen and replayed.
    return err(reasonOf(fault))
  }
}

function recordIn(item: IngestItem, note: HookNote): JsonValue {
  if (note.packed === undefined) return item.body
  return JSON.parse(gunzipSync(Buffer.from(String(item.body), 'base64')).toString('utf8')) as JsonValue
}

/**
 * A provider's id may be longer than a messageId; its hash is as unique. A message without an id that says its time is the
 * same whenever it says the same; one that says none is another each time it is sent.
 */
function identified(body: JsonObject, unit: Unit, i: number): Pick<IngestItem, 'body' | 'messageId'> {
  const id = idText(own(body, 'messageId'))
  if (id !== undefined) return { body: id.length <= LIMITS.idChars ? body : { ...body, messageId: hashOf(id) } }
  const isTimed = own(body, 'timestamp') !== undefined || own(body, 'originalTimestamp') !== undefined
  return { body, messageId: isTimed ? hashOf(JSON.stringify(body)) : copyIdOf(unit.ingest, { i }) }
}

function hashOf(text: string): string {
  return toHex(tools.sha256([text])).slice(0, 32)
}
