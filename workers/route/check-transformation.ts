import type { Failure, FieldError } from '../../shared/kernel/failure.ts'
import { ok, type Result } from '../../shared/kernel/result.ts'
import { fieldErrors } from '../../shared/segment/field-errors.ts'
import { Mapping, type MappingStep } from '../../shared/transform/mapping.ts'
import { stepFaults, type TransformationDocument } from '../../shared/transform/transformation.ts'
import type { Call } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'

interface Given {
  readonly sources?: readonly string[] | null | undefined
  readonly events?: readonly string[] | null | undefined
  readonly steps: readonly unknown[]
}

/** What may be saved: steps that somebody understands and that write what may be written, and sources that are there. */
export async function checkTransformation(
  call: Call,
  { sources, events, steps }: Given,
): Promise<Result<TransformationDocument, Failure>> {
  const checked = checkSteps(steps)
  if (!checked.ok) return checked
  const missing = await missingSources(call, sources ?? [])
  if (missing.length > 0) return unprocessable(missing)
  return ok({
    ...(sources ? { sources: [...sources] } : {}),
    ...(events ? { events: [...events] } : {}),
    steps: checked.value,
  })
}

/** 422 with `steps.2.from` otherwise. */
export function checkSteps(steps: readonly unknown[]): Result<MappingStep[], Failure> {
  const parsed = Mapping.safeParse(steps, { reportInput: true })
  if (!parsed.success) {
    return unprocessable(
      fieldErrors(parsed.error.issues).map(({ path, message }) => ({ path: `steps.${path}`, message })),
    )
  }
  const faults = stepFaults(parsed.data)
  return faults.length > 0 ? unprocessable(faults) : ok(parsed.data)
}

async function missingSources({ env, workspace }: Call, sources: readonly string[]): Promise<readonly FieldError[]> {
  if (sources.length === 0) return []
  const { results } = await env.DB.prepare('SELECT id FROM sources WHERE workspace = ?')
    .bind(workspace)
    .all<{ id: string }>()
  const known = new Set(results.map(({ id }) => id))
  return sources.flatMap((id, i) =>
    known.has(id) ? [] : [{ path: `sources.${i}`, message: 'there is no such source' }],
  )
}
