import type { Definitions } from '../../platform/change-definitions.ts'
import type { DefinitionRow } from '../../platform/definition-row.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { err, type Result } from '../../shared/kernel/result.ts'
import { type Condition, parseCondition } from '../../shared/segment/condition.ts'
import { findCycle } from '../../shared/segment/cycle.ts'
import { named, type Reference, referencesOf } from './references.ts'

/** More of a thing than these no workspace needs, and every event pays for them. */
export const MOST_SEGMENTS = 500
export const MOST_COMPUTED_TRAITS = 200

/**
 * Whether a condition may be saved (or previewed) among the present definitions: it is one, what it reads exists, and
 * it does not read itself. 422 with the path otherwise. `key` is the segment it would belong to.
 */
export function checkCondition(
  json: JsonValue,
  definitions: Definitions,
  key: string | undefined,
): Result<Condition, Failure> {
  const condition = parseCondition(json)
  if (!condition.ok) {
    return unprocessable(condition.failure.map(({ path, message }) => ({ path: under(path), message })))
  }
  const references = referencesOf(condition.value)
  const missing = references.filter((reference) => !isThere(reference, definitions, key))
  if (missing.length > 0) {
    return unprocessable(
      missing.map(({ kind, key, path }) => ({ path: under(path), message: `there is no ${named(kind, key)}` })),
    )
  }
  const cycle = key === undefined ? undefined : cycleOf(key, condition.value, definitions)
  if (!cycle) return condition
  const first = references.find((reference) => reference.kind === 'segment' && reference.key === cycle[1])
  return unprocessable([{ path: under(first?.path ?? ''), message: `makes a cycle: ${cycle.join(' → ')}` }])
}

function isThere({ kind, key: read }: Reference, definitions: Definitions, key: string | undefined): boolean {
  if (kind === 'computed_trait') return definitions.computedTraits.has(read)
  return read === key || definitions.segments.has(read) // itself is a cycle, not an absence
}

/** The segment to be saved comes first, so a cycle is told from there. */
function cycleOf(key: string, condition: Condition, { segments }: Definitions): readonly string[] | undefined {
  const others = [...segments.values()].flatMap((row) => {
    const present = row.key === key ? undefined : conditionOf(row)
    return present ? [{ key: row.key, condition: present }] : []
  })
  return findCycle([{ key, condition }, ...others])
}

/** The condition of a row, or undefined for one that this code cannot read (see platform/config-store.ts). */
export function conditionOf(row: DefinitionRow): Condition | undefined {
  const condition = parseCondition(JSON.parse(row.definition))
  return condition.ok ? condition.value : undefined
}

function under(path: string): string {
  return path === '' ? 'condition' : `condition.${path}`
}

export function unprocessable(
  errors: readonly { readonly path: string; readonly message: string }[],
): Result<never, Failure> {
  const detail = errors.map(({ path, message }) => `${path} ${message}`).join('; ')
  return err(failure('unprocessable', detail, errors))
}
