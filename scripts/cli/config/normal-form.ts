import type { FieldError } from '../../../shared/kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { Aggregate } from '../../../shared/segment/aggregate.ts'
import { parseCondition } from '../../../shared/segment/condition.ts'
import { fieldErrors } from '../../../shared/segment/field-errors.ts'
import { Mapping } from '../../../shared/transform/mapping.ts'

/** What the file says is no configuration: told with its path, before anything is asked or changed. */
export class InvalidEntry extends Error {
  readonly errors: readonly FieldError[]
  constructor(errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; '))
    this.errors = errors
  }
}

/** A definition may be written in more than one way (`"30d"` or in full): what counts is what it means. */
export function normalCondition(fields: JsonObject): JsonObject {
  return { ...fields, condition: conditionAt(fields['condition'], 'condition') }
}

export function normalAggregate(fields: JsonObject): JsonObject {
  const parsed = Aggregate.safeParse(fields['aggregate'], { reportInput: true })
  if (!parsed.success) throw new InvalidEntry(under('aggregate', fieldErrors(parsed.error.issues)))
  return { ...fields, aggregate: parsed.data as unknown as JsonValue }
}

/** Of a destination or plugin. */
export function normalFilter(fields: JsonObject): JsonObject {
  const { filter } = fields
  if (!isObject(filter) || filter['condition'] === undefined) return fields
  return { ...fields, filter: { ...filter, condition: conditionAt(filter['condition'], 'filter.condition') } }
}

export function normalSteps(fields: JsonObject): JsonObject {
  if (fields['steps'] === undefined) return fields
  const parsed = Mapping.safeParse(fields['steps'], { reportInput: true })
  if (!parsed.success) throw new InvalidEntry(under('steps', fieldErrors(parsed.error.issues)))
  return { ...fields, steps: parsed.data as unknown as JsonValue }
}

/** The events of a plan are things with a name and a version, in no order. */
export function normalPlan(fields: JsonObject): JsonObject {
  const events = fields['events'] as readonly JsonObject[]
  const nameOf = (event: JsonObject) => JSON.stringify([event['name'], event['version']])
  return { ...fields, events: events.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) }
}

function conditionAt(condition: JsonValue | undefined, path: string): JsonValue {
  const parsed = parseCondition(condition)
  if (!parsed.ok) throw new InvalidEntry(under(path, parsed.failure))
  return parsed.value as unknown as JsonValue
}

export function under(parent: string, errors: readonly FieldError[]): readonly FieldError[] {
  return errors.map(({ path, message }) => ({ path: path === '' ? parent : `${parent}.${path}`, message }))
}
