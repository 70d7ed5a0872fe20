import { gzipSync } from 'node:zlib'
import { MESSAGE_BYTES, packed } from '../../platform/queue-packing.ts'
import type { HookSender } from '../../shared/connector/hook-provider.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import type { HookNote, IngestItem } from '../../shared/message/ingest-message.ts'
import type { HookRequest } from '../../shared/provider/hook-request.ts'
import { header } from '../../shared/provider/hook-request.ts'
import type { HookTools } from '../../shared/provider/hook-tools.ts'
import { openingOf } from '../ingest/envelope.ts'

/**
 * A verified call as ingest messages: one item per record, still in the provider's words, so that a bad one fails alone
 * and a call of any size fits into queue messages. They are put into our words in the consumer (queues/normalize-hooks.ts).
 */
export interface HookArrival {
  readonly requestId: string
  readonly source: string
  readonly receivedAt: number
}

/** A message may have 128,000 bytes; the rest is envelope. */
const MOST_ITEM_BYTES = 110_000
/** Numbers that one record leaves free for the events it tells. */
const COPIES_PER_RECORD = 1_000

export function packHook(
  provider: HookSender,
  request: HookRequest,
  arrival: HookArrival,
  tools: HookTools,
): readonly string[] {
  const note = noteOf(provider, request)
  const kept = { query: request.query, headers: note.headers, text: request.text, receivedAt: arrival.receivedAt }
  const read = provider.read(kept, tools)
  const items = read.ok
    ? read.value.map((record, n) => fittingItem(record, note, n * COPIES_PER_RECORD))
    : [fittingItem(request.text, { ...note, unread: read.failure.slice(0, 500) }, 0)]
  if (items.length === 0) return []
  const facts = { ...arrival, trust: 'server' as const, ip: null, userAgent: null }
  const opening = openingOf(facts, { sentAt: undefined, context: undefined, integrations: undefined, fault: undefined })
  const room = MESSAGE_BYTES - Buffer.byteLength(opening) - 2
  return packed(items, room).map((group) => `${opening}${group.join()}]}`)
}

function noteOf(provider: HookSender, request: HookRequest): HookNote {
  const headers: Record<string, string> = {}
  for (const name of provider.keeps) {
    const value = header(request, name)
    if (value !== undefined) headers[name] = value.slice(0, 1_000)
  }
  // The query may hold a credential (Salesforce's token), which has done its work.
  const query = request.query.replace(/(^|&)token=[^&]*/g, '').slice(0, 2_000)
  return { provider: provider.name, query, headers }
}

function fittingItem(body: JsonValue, hook: HookNote, i: number): string {
  const plain = JSON.stringify({ i, body, hook } satisfies IngestItem)
  if (Buffer.byteLength(plain) <= MOST_ITEM_BYTES) return plain
  const zipped = gzipSync(JSON.stringify(body)).toString('base64')
  const small = JSON.stringify({ i, body: zipped, hook: { ...hook, packed: 'gzip' } } satisfies IngestItem)
  if (small.length <= MOST_ITEM_BYTES) return small
  const message = `a record of ${plain.length} characters is larger than a queue message may be`
  return JSON.stringify({
    i,
    body: { note: message },
    reject: { code: 'too_large', path: '', message },
  } satisfies IngestItem)
}
