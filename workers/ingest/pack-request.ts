import { MESSAGE_BYTES, packed } from '../../platform/queue-packing.ts'
import type { EventType } from '../../shared/event/event.ts'
import { idText, type Rejection } from '../../shared/event/validate-item.ts'
import { isObject, type JsonValue, own } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import type { RejectedItem } from './answers.ts'
import { type BatchFields, openingOf, type RequestFacts } from './envelope.ts'
import { itemText } from './item-text.ts'

/** A request as queue messages. */
export interface PackedRequest {
  /** JSON texts of ingest messages: one for most requests, more when the items exceed one billing step. */
  readonly texts: readonly string[]
  readonly rejected: readonly RejectedItem[]
  /** Of the first item; chooses the queue shard, so that one person's events meet in one consumer batch. */
  readonly person: string
}

export interface ItemTypes {
  /** Named by the path. */
  readonly type?: EventType | undefined
  /** When an item names none. */
  readonly defaultType?: EventType | undefined
  /** What was wrong with an item before it was one, by index. */
  readonly faults?: ReadonlyMap<number, Rejection> | undefined
}

export function packRequest(
  items: readonly JsonValue[],
  facts: RequestFacts,
  batch: BatchFields,
  types: ItemTypes,
): PackedRequest {
  // An empty batch is nothing to keep: no message, no copy.
  if (items.length === 0) return { texts: [], rejected: [], person: '' }
  const parts: string[] = []
  const rejected: RejectedItem[] = []
  let chars = 0
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as JsonValue
    const type = types.type ?? (types.defaultType && isUntyped(item) ? types.defaultType : undefined)
    const { text, rejection } = itemText(item, i, facts.source, type, batch.fault ?? types.faults?.get(i))
    if (rejection) rejected.push({ index: i, messageId: messageIdOf(item), ...rejection })
    parts.push(text)
    chars += text.length + 1
  }
  const opening = openingOf(facts, batch)
  const person = personOf(items[0])
  // One UTF-16 unit is at most three bytes: a small request fits without anything being counted.
  if ((opening.length + chars) * 3 < MESSAGE_BYTES) return { texts: [`${opening}${parts.join()}]}`], rejected, person }
  const room = MESSAGE_BYTES - Buffer.byteLength(opening) - 2
  return { texts: packed(parts, room).map((group) => `${opening}${group.join()}]}`), rejected, person }
}

function isUntyped(item: JsonValue): boolean {
  const type = isObject(item) ? own(item, 'type') : undefined
  return type === undefined || type === null || type === ''
}

function messageIdOf(item: JsonValue): string | null {
  const id = isObject(item) ? idText(own(item, 'messageId')) : undefined
  return id === undefined ? null : id.slice(0, LIMITS.idChars)
}

function personOf(item: JsonValue | undefined): string {
  if (!isObject(item)) return ''
  return idText(own(item, 'anonymousId')) ?? idText(own(item, 'userId')) ?? ''
}
