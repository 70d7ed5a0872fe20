import type { EventType } from '../../shared/event/event.ts'
import { idText, type Rejection, validateItem } from '../../shared/event/validate-item.ts'
import { isObject, type JsonObject, type JsonValue, own, shapeFault } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { madeMessageId } from './made-message-id.ts'

/**
 * One item of a request as the JSON text of an IngestItem, with the verdict that travels with it. The body stays as it
 * was sent, minus the write key; only of what is too large or too deep to keep a note remains. Stringified once: this
 * runs for every event.
 */
export interface ItemText {
  readonly text: string
  readonly rejection: Rejection | undefined
}

/** Deeper than this a value is not even written down: stringify and every later reader recurse. */
const KEPT_DEPTH = 500
const EXCERPT_CHARS = 1_000
const PATH_CHARS = 200

export function itemText(
  item: JsonValue,
  i: number,
  source: string,
  typeFromPath: EventType | undefined,
  fault: Rejection | undefined,
): ItemText {
  if (isObject(item)) withoutKey(item)
  const verdict = validateItem(item, typeFromPath)
  let rejection = fault ?? (verdict.ok ? undefined : shortened(verdict.failure))
  let body: string | undefined
  if (verdict.ok || shapeFault(item, { maxDepth: KEPT_DEPTH, maxKeys: Number.POSITIVE_INFINITY }) === undefined) {
    body = JSON.stringify(item)
    if (isTooLarge(body)) {
      rejection = tooLarge(body)
      body = noteOf(item, body)
    }
  } else {
    body = noteOf(item, undefined)
  }

  let text = `{"i":${i},`
  if (typeFromPath !== undefined) text += `"type":"${typeFromPath}",`
  const id = isObject(item) ? idText(own(item, 'messageId')) : undefined
  if (id === undefined) {
    // Only a valid item can be hashed: its depth is bounded. Of another one no second copy needs to be known.
    const made = verdict.ok ? madeMessageId(source, verdict.value, item as JsonObject) : crypto.randomUUID()
    text += `"messageId":"${made}",`
  }
  text += `"body":${body}`
  if (rejection) text += `,"reject":${JSON.stringify(rejection)}`
  return { text: `${text}}`, rejection }
}

/** A path is made of the client's own keys, which may be as long as an event. */
function shortened({ code, path, message }: Rejection): Rejection {
  return { code, path: path.slice(0, PATH_CHARS), message }
}

/** Takes the write key out of a freshly parsed item. Undefined is not written; `delete` would make the object slow. */
function withoutKey(item: JsonObject): void {
  if (Object.hasOwn(item, 'writeKey')) (item as { writeKey: unknown }).writeKey = undefined
}

/** One UTF-16 unit is at most three bytes, so most items need no counting. */
function isTooLarge(text: string): boolean {
  return text.length * 3 > LIMITS.eventBytes && Buffer.byteLength(text) > LIMITS.eventBytes
}

function tooLarge(text: string): Rejection {
  const bytes = Buffer.byteLength(text)
  return { code: 'too_large', path: '', message: `the event has ${bytes} bytes, more than ${LIMITS.eventBytes}` }
}

/** What is kept of an item that cannot be kept: its id if it can be read, and how it began. */
function noteOf(item: JsonValue, text: string | undefined): string {
  const id = isObject(item) ? idText(own(item, 'messageId')) : undefined
  return JSON.stringify({
    ...(id !== undefined && id.length <= LIMITS.idChars ? { messageId: id } : {}),
    notKept: true,
    ...(text === undefined ? {} : { bytes: Buffer.byteLength(text), excerpt: text.slice(0, EXCERPT_CHARS) }),
  })
}
