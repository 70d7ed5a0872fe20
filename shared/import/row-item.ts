import { validateItem } from '../event/validate-item.ts'
import { toIso } from '../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { fieldValue, instantOf } from './field-value.ts'
import { guessedValue } from './guess-value.ts'
import type { RawRow, RowFault } from './import-format.ts'
import type { Field, ItemPlan } from './item-plan.ts'

type Building = { [key: string]: JsonValue }

/**
 * One row as a message of the kind that SDKs send, or why it is none. Whatever passes here is what the pipeline takes:
 * a row that is rejected later than here could not be told to the one who imports.
 */
export function rowItem(row: RawRow, plan: ItemPlan | undefined): Result<JsonObject, RowFault> {
  const { content } = row
  switch (content.kind) {
    case 'fault':
      return err(content.fault)
    case 'text':
      return err({ code: 'not_understood', column: '', message: 'text is for connectors' })
    case 'cells':
      return plan ? built(plan, (field) => cellOf(field, content.cells)) : err(NO_PLAN)
    case 'json': {
      const { value } = content
      if (!isObject(value)) return err({ code: 'not_an_object', column: '', message: 'the row is no JSON object' })
      return plan ? built(plan, (field) => ok(valueAt(value, field.column))) : finished(value, undefined)
    }
  }
}

const NO_PLAN: RowFault = { code: 'broken_row', column: '', message: 'the file has no header' }

function built(
  plan: ItemPlan,
  rawOf: (field: Field) => Result<JsonValue | undefined, RowFault>,
): Result<JsonObject, RowFault> {
  const item: Building = {}
  for (const [path, value] of plan.constants) write(item, path, value)
  for (const field of plan.fields) {
    const raw = rawOf(field)
    if (!raw.ok) return raw
    if (raw.value === undefined) continue
    const value = meant(raw.value, field)
    if (!value.ok) return value
    write(item, field.path, value.value)
  }
  return finished(item, plan)
}

/** A blank cell is absent, not empty: to delete a trait write the JSON `null`. */
function cellOf({ column, cells }: Field, row: readonly string[]): Result<string | undefined, RowFault> {
  const said = cells.map((cell) => row[cell] ?? '').filter((text) => text.trim() !== '')
  if (said.every((text) => text === said[0])) return ok(said[0])
  return err({ code: 'ambiguous_column', column, message: `the header names ${column} twice, with different values` })
}

function meant(raw: JsonValue, { column, path, rule }: Field): Result<JsonValue, RowFault> {
  if (rule === 'as it is' || raw === null) return ok(raw)
  if (rule === 'guess') return ok(guessedValue(String(raw), path))
  const value = fieldValue(raw, rule)
  return value.ok ? value : err({ ...value.failure, column })
}

/** A key of that name, else the path that the name spells. */
function valueAt(object: JsonObject, column: string): JsonValue | undefined {
  const direct = own(object, column)
  if (direct !== undefined) return direct
  let value: JsonValue | undefined = object
  for (const key of column.split('.')) {
    value = isObject(value) ? own(value, key) : undefined
    if (value === undefined) return undefined
  }
  return value
}

function write(item: Building, path: readonly string[], value: JsonValue): void {
  let inner = item
  for (const key of path.slice(0, -1)) {
    const next = own(inner, key)
    // What is here was made here: paths of a plan do not lie inside one another.
    inner = (isObject(next) ? next : (inner[key] = {})) as Building
  }
  inner[path.at(-1) as string] = value
}

function finished(raw: JsonObject, plan: ItemPlan | undefined): Result<JsonObject, RowFault> {
  const item = typed(raw)
  const valid = validateItem(item, undefined)
  if (!valid.ok) {
    const { code, path, message } = valid.failure
    return err({ code, column: columnOf(path, plan).slice(0, 200), message })
  }
  return timedItem(item, plan)
}

/** Rows say what happened more often than of which type they are. */
function typed(item: JsonObject): JsonObject {
  const type = own(item, 'type')
  if (typeof type === 'string' && type.trim() !== '') return item
  if (type !== undefined && type !== null && type !== '') return item
  if (own(item, 'event') !== undefined) return { ...item, type: 'track' }
  return own(item, 'traits') !== undefined ? { ...item, type: 'identify' } : item
}

/**
 * A live event with an unreadable time counts as of now; a row of the past must not, so it is refused. Epoch numbers
 * become what the pipeline reads.
 */
export function timedItem(raw: JsonObject, plan?: ItemPlan): Result<JsonObject, RowFault> {
  let item = raw
  for (const field of ['timestamp', 'originalTimestamp'] as const) {
    const raw = own(item, field)
    if (raw === undefined || raw === null || raw === '') continue
    const at = instantOf(raw, {})
    if (at === undefined) {
      return err({ code: 'bad_date', column: columnOf(field, plan), message: 'is no date or time (ISO 8601)' })
    }
    if (typeof raw === 'number' || /^\d+$/.test(raw as string)) item = { ...item, [field]: toIso(at) }
  }
  // The time rule would take what was sent long ago for what happened now.
  const { sentAt: _, writeKey: __, ...rest } = item
  return ok(rest)
}

/** The column that a path of the item came from. */
function columnOf(path: string, plan: ItemPlan | undefined): string {
  const isAt = (field: Field) => path === field.path.join('.') || path.startsWith(`${field.path.join('.')}.`)
  return plan?.fields.find(isAt)?.column ?? path
}
