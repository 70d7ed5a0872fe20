import type { Failure } from '../../shared/kernel/failure.ts'
import { type JsonValue, shapeFault } from '../../shared/kernel/json.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { ok, type Result } from '../../shared/kernel/result.ts'
import { Aggregate } from '../../shared/segment/aggregate.ts'
import { fieldErrors } from '../../shared/segment/field-errors.ts'
import { unprocessable } from './check-condition.ts'

/** Whether an aggregate may be saved; 422 with the path otherwise. It reads events alone, so it can be in no cycle. */
export function checkAggregate(json: JsonValue): Result<Aggregate, Failure> {
  const fault = shapeFault(json, { maxDepth: LIMITS.depth, maxKeys: LIMITS.keys })
  const parsed = fault ? undefined : Aggregate.safeParse(json, { reportInput: true })
  if (parsed?.success) return ok(parsed.data)
  const errors = fault ? [fault] : fieldErrors(parsed?.error.issues ?? [])
  return unprocessable(
    errors.map(({ path, message }) => ({ path: path === '' ? 'aggregate' : `aggregate.${path}`, message })),
  )
}
