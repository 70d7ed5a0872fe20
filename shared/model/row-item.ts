import { validateItem } from '../event/validate-item.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isTracked, type ModelDefinition } from './model.ts'

/** Who a row is about. */
export interface RowOwner {
  readonly userId?: string
  readonly anonymousId?: string
}

type Known = Pick<ModelDefinition, 'map' | 'mode' | 'primaryKey' | 'cursor'>

/**
 * What a row is told as, without messageId and time: a row whose item is the same as before did not change, whatever else
 * of it did. The failure says which column is at fault, and not what is in it.
 */
export function rowItem(model: Known, row: JsonObject): Result<JsonObject, string> {
  const { map } = model
  const owner = ownerIn(model, row)
  if (!owner.ok) return owner
  const tracked = isTracked(model)
  const fields = fieldsOf(model, row, tracked ? (map.properties ?? '*') : (map.traits ?? '*'))
  if (!fields.ok) return fields
  const item: JsonObject = tracked
    ? { type: 'track', event: map.event ?? '', ...owner.value, properties: fields.value }
    : { type: 'identify', ...owner.value, traits: fields.value }
  const valid = validateItem(item, undefined)
  return valid.ok ? ok(item) : err(`${valid.failure.path || 'row'}: ${valid.failure.message}`)
}

export function ownerIn({ map }: Known, row: JsonObject): Result<RowOwner, string> {
  const [userId, anonymousId] = [idIn(row, map.userId), idIn(row, map.anonymousId)]
  for (const column of [map.userId, map.anonymousId])
    if (column !== undefined && !Object.hasOwn(row, column)) return err(`the query has no column ${column}`)
  if (userId === undefined && anonymousId === undefined) return err('it names nobody: its ids are null')
  return ok({ ...(userId === undefined ? {} : { userId }), ...(anonymousId === undefined ? {} : { anonymousId }) })
}

function idIn(row: JsonObject, column: string | undefined): string | undefined {
  const value = column === undefined ? undefined : own(row, column)
  if (typeof value === 'number' || typeof value === 'string') return value === '' ? undefined : String(value)
  return undefined
}

function fieldsOf(
  { map, cursor }: Known,
  row: JsonObject,
  fields: '*' | Readonly<Record<string, string>>,
): Result<JsonObject, string> {
  if (fields === '*') {
    const elsewhere = new Set([map.userId, map.anonymousId, map.timestamp, cursor])
    return ok(Object.fromEntries(Object.entries(row).filter(([name]) => !elsewhere.has(name))))
  }
  const missing = Object.values(fields).find((column) => !Object.hasOwn(row, column))
  if (missing !== undefined) return err(`the query has no column ${missing}`)
  const entries = Object.entries(fields).map(([name, column]): [string, JsonValue] => [name, row[column] as JsonValue])
  return ok(Object.fromEntries(entries))
}

export interface Removed {
  readonly key: string
  readonly owner: RowOwner
  /** Names of the traits that rows had. */
  readonly traits: readonly string[]
  /** The model's name. */
  readonly model: string
}

/** What a row that is gone is told as; undefined when nothing is. */
export function removedItem(
  { onRemoved, removedEvent }: Pick<ModelDefinition, 'onRemoved' | 'removedEvent'>,
  { key, owner, traits, model }: Removed,
): JsonObject | undefined {
  switch (onRemoved) {
    case 'ignore':
      return undefined
    case 'null_traits':
      return { type: 'identify', ...owner, traits: Object.fromEntries(traits.map((name) => [name, null])) }
    case 'track':
      return { type: 'track', event: removedEvent, ...owner, properties: { model, primaryKey: key } }
  }
}
