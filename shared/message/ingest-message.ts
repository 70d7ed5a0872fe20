import { z } from 'zod'
import { Geo } from '../enrich/geo.ts'
import { EVENT_TYPES, ORIGINS } from '../event/event.ts'
import { REJECT_REASONS, type RejectReason } from '../event/outcome.ts'
import { isCanonicalId } from '../kernel/id.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'

/**
 * What the edge puts on the EVENTS queue (and, when no queue takes it, into `spill/`): all items of one request, or a
 * part of them when they exceed one message. Bodies stay as they were sent; the consumer normalises them.
 */
/** A provider's record that is still in the provider's words: who sent it, and what else its reader needs. */
export const HookNote = z.object({
  provider: z.string().min(1),
  query: z.string(),
  headers: z.record(z.string(), z.string()),
  /** `gzip`: the body is the record as text, packed and in base64, because it would not fit otherwise. */
  packed: z.literal('gzip').optional(),
  /** Why the request's body could not be taken apart: the body is its whole text then. */
  unread: z.string().optional(),
})
export type HookNote = z.infer<typeof HookNote>

export const IngestItem = z.object({
  /** Position in the request; `<requestId>.<i>` is the copyId. */
  i: z.int().nonnegative(),
  /** Only when the path named the call. */
  type: z.enum(EVENT_TYPES).optional(),
  /** Only when the client sent none: made by the edge. */
  messageId: z.string().optional(),
  /** Of what Tributary itself tells: the leaf it is about, in place of identifiers. Never a stranger's word. */
  profile: z.string().refine(isCanonicalId).optional(),
  /** Of a replay of what a queue gave up on: that copy, which may have been applied before it was given up. */
  copyOf: z.string().optional(),
  /** The message as sent; of an item too large to keep, a note instead. Checked by validateItem, not by zod. */
  body: z.custom<JsonValue>((value) => value !== undefined),
  reject: z
    .object({ code: z.enum(Object.keys(REJECT_REASONS) as [RejectReason]), path: z.string(), message: z.string() })
    .optional(),
  /** Of a webhook's record, before it is told in our words (queues/normalize-hooks.ts). */
  hook: HookNote.optional(),
  /** Of the first message told of a webhook's record: the record as it came. */
  raw: z.object({ hook: HookNote, body: z.custom<JsonValue>((value) => value !== undefined) }).optional(),
})
export type IngestItem = z.infer<typeof IngestItem>

export const IngestMessage = z.object({
  v: z.literal(1),
  requestId: z.string().min(1),
  /** The source's id, proven by the key's MAC. */
  source: z.string().min(1),
  trust: z.enum(['public', 'server']),
  origin: z.enum(ORIGINS),
  receivedAt: z.int(),
  /** `sentAt` of the batch or the request header, as sent. */
  sentAt: z.string().optional(),
  /** Merged under each item's own. */
  context: z.custom<JsonObject>(isObject).optional(),
  integrations: z.custom<JsonObject>(isObject).optional(),
  ip: z.string().optional(),
  userAgent: z.string().optional(),
  /** Where the connection came from, no finer than the workspace allows; what cannot be read is not there. */
  geo: Geo.optional().catch(undefined),
  /** The connection carried Global Privacy Control. */
  gpc: z.literal(true).optional(),
  /** Of a replay from the archive: what had become of the copy that was sent again. */
  again: z.object({ outcome: z.string(), reason: z.string().optional() }).optional(),
  /** What the client said of earlier attempts; for diagnosis, never to trust. */
  retry: z.string().optional(),
  items: z.array(IngestItem).min(1),
})
export type IngestMessage = z.infer<typeof IngestMessage>

export function copyIdOf(message: Pick<IngestMessage, 'requestId'>, item: Pick<IngestItem, 'i'>): string {
  return `${message.requestId}.${item.i}`
}
