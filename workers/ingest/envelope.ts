import type { Geo } from '../../shared/enrich/geo.ts'
import type { Rejection } from '../../shared/event/validate-item.ts'
import { isObject, type JsonObject, own, shapeFault } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'

/**
 * What all items of a request have in common, as the opening of an ingest message's JSON text
 * (shared/message/ingest-message.ts). Nothing that a stranger wrote stands before `origin`: the spill relies on it.
 */
export interface RequestFacts {
  readonly requestId: string
  readonly source: string
  readonly trust: 'public' | 'server'
  /** Epoch milliseconds. */
  readonly receivedAt: number
  readonly ip: string | null
  readonly userAgent: string | null
  /** Where the connection came from, as far as it may be kept. */
  readonly geo?: Geo | undefined
  /** What the client says of earlier attempts; for diagnosis, never to trust. */
  readonly retry?: string | undefined
  /** The browser asks that nothing be sold or shared: Global Privacy Control, `Sec-GPC: 1`. */
  readonly gpc?: boolean
}

const RETRY_CHARS = 200

/** The first is Segment's and absent on a first try; the others are RudderStack's. */
export function retryOf(headers: Headers): string | undefined {
  const count = headers.get('X-Retry-Count')
  if (count !== null) return count.slice(0, RETRY_CHARS)
  const attempt = headers.get('Rsa-Retry-Attempt')
  return attempt === null
    ? undefined
    : `${attempt} ${headers.get('Rsa-Retry-Reason') ?? ''}`.trim().slice(0, RETRY_CHARS)
}

/** Batch-level fields and the SentAt header; whatever is of another type is not there. */
export interface BatchFields {
  readonly sentAt: string | undefined
  readonly context: string | undefined
  readonly integrations: string | undefined
  /** A batch-level object lies under every item's own, so one that is over a limit takes every item over it. */
  readonly fault: Rejection | undefined
}

/** An envelope and the largest event must fit into one queue message of 128,000 bytes. */
const OBJECT_BYTES = 24 * 1024
const USER_AGENT_CHARS = 1_000
const TIME_CHARS = 64

export function batchFields(body: JsonObject | undefined, headers: Headers): BatchFields {
  const sentAt = body && own(body, 'sentAt')
  const context = objectText(body, 'context')
  const integrations = objectText(body, 'integrations')
  return {
    sentAt: timeText(sentAt) ?? timeText(headers.get('SentAt')),
    context: typeof context === 'string' ? context : undefined,
    integrations: typeof integrations === 'string' ? integrations : undefined,
    fault: typeof context === 'object' ? context : typeof integrations === 'object' ? integrations : undefined,
  }
}

function timeText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= TIME_CHARS ? value : undefined
}

function objectText(body: JsonObject | undefined, field: string): string | Rejection | undefined {
  const value = body && own(body, field)
  if (!isObject(value)) return undefined
  const fault = shapeFault(value, { maxDepth: LIMITS.depth, maxKeys: LIMITS.keys })
  if (fault) return { code: 'too_deep', path: field, message: fault.message }
  const text = JSON.stringify(value)
  if (Buffer.byteLength(text) <= OBJECT_BYTES) return text
  return { code: 'too_large', path: field, message: `the batch's ${field} is larger than ${OBJECT_BYTES} bytes` }
}

/** The text up to and including the opening bracket of `items`. */
export function openingOf(facts: RequestFacts, batch: BatchFields): string {
  const { requestId, source, trust, receivedAt, ip, userAgent } = facts
  let text = `{"v":1,"requestId":"${requestId}","source":"${source}","trust":"${trust}","origin":"live","receivedAt":${receivedAt}`
  if (batch.sentAt !== undefined) text += `,"sentAt":${JSON.stringify(batch.sentAt)}`
  if (batch.context !== undefined) text += `,"context":${batch.context}`
  if (batch.integrations !== undefined) text += `,"integrations":${batch.integrations}`
  if (ip !== null) text += `,"ip":${JSON.stringify(ip)}`
  if (userAgent !== null) text += `,"userAgent":${JSON.stringify(userAgent.slice(0, USER_AGENT_CHARS))}`
  if (facts.geo) text += `,"geo":${JSON.stringify(facts.geo)}`
  if (facts.gpc) text += ',"gpc":true'
  if (facts.retry !== undefined) text += `,"retry":${JSON.stringify(facts.retry)}`
  return `${text},"items":[`
}
