import { isObject, type JsonValue } from '../kernel/json.ts'

/** What a peer answered, as far as it was read: at most 64 KB and 10 s of it. */
export interface Reply {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body did not end by itself: it was longer than we read, too slow, or broke off. */
  readonly cut?: boolean
}

/** `retry`: try again, no sooner than `afterMs` when the peer said so. `refused`: never again, whoever asks. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly reason: string }

export const DELIVERED: Verdict = { kind: 'delivered' }

export function refused(reason: string): Verdict {
  return { kind: 'refused', reason }
}

export function retry(reason: string, afterMs?: number): Verdict {
  return afterMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, afterMs }
}

/**
 * How an API is read that means what HTTP says: 2xx is delivered; what is busy, limited, broken or does not know our
 * credentials may be better later (somebody may mend them); everything else would be refused again.
 */
export function readStatus(reply: Reply, now: number): Verdict {
  const { status } = reply
  if (status >= 200 && status < 300) return DELIVERED
  if (isPassing(status)) return retry(reasonOf(reply), retryAfter(reply, now))
  if (status >= 300 && status < 400) return refused(`HTTP ${status}: a redirect, which is not followed`)
  return refused(reasonOf(reply))
}

function isPassing(status: number): boolean {
  return status >= 500 || [401, 402, 403, 408, 409, 423, 425, 429].includes(status)
}

/** `HTTP 400: invalid field`, with the beginning of what the peer wrote. */
export function reasonOf({ status, body }: Reply): string {
  const said = body
    .slice(0, 200)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  return said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`
}

/** The longest that a peer may send us away for. */
const MOST_AFTER_MS = 3_600_000

/** `Retry-After` in milliseconds from `now`: seconds, or a date. One in the past, or that is neither, says nothing. */
export function retryAfter({ headers }: Reply, now: number): number | undefined {
  const text = headers['retry-after']?.trim() ?? ''
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : /[a-z]/i.test(text) ? Date.parse(text) - now : Number.NaN
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MOST_AFTER_MS) : undefined
}

/** The body as JSON; undefined when it is none, or was cut. */
export function jsonIn({ body, cut }: Reply): JsonValue | undefined {
  if (cut) return undefined
  try {
    return JSON.parse(body) as JsonValue
  } catch {
    return undefined
  }
}

/** A field of a JSON object, or undefined. */
export function fieldOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
