import { checkCustomerCode } from '../../platform/customer-code.ts'
import { customerCodeOf } from '../../platform/transform-by-code.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { fieldErrors } from '../../shared/segment/field-errors.ts'
import { Mapping, type MappingStep } from '../../shared/transform/mapping.ts'
import { stepFaults, type TransformationDocument } from '../../shared/transform/transformation.ts'
import type { Call } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { missingSources } from './missing-sources.ts'

interface Given {
  readonly name: string
  readonly sources?: readonly string[] | null | undefined
  readonly events?: readonly string[] | null | undefined
  readonly steps?: readonly unknown[] | null | undefined
  readonly code?: string | null | undefined
}

/** What may be saved: steps that somebody understands and that write what may be written, or code that loads; and sources that are there. */
export async function checkTransformation(
  call: Call,
  { name, sources, events, steps, code }: Given,
): Promise<Result<TransformationDocument, Failure>> {
  if (steps && code) return unprocessable([{ path: 'code', message: 'takes the place of steps: give one of them' }])
  if (!steps && !code) return unprocessable([{ path: 'steps', message: 'is required, or code' }])
  const checked = steps ? checkSteps(steps) : undefined
  if (checked && !checked.ok) return checked
  const fault = code ? await checkCode(call, name, code) : undefined
  if (fault) return err(fault)
  const missing = await missingSources(call, sources ?? [])
  if (missing.length > 0) return unprocessable(missing)
  return ok({
    ...(sources ? { sources: [...sources] } : {}),
    ...(events ? { events: [...events] } : {}),
    ...(checked ? { steps: checked.value } : {}),
    ...(code ? { code } : {}),
  })
}

/** Loads it once, as it would be for a batch: 422 with the line otherwise. */
export async function checkCode({ env, workspace }: Call, name: string, code: string): Promise<Failure | undefined> {
  const fault = await checkCustomerCode(env, customerCodeOf({ workspace, name, code }))
  if (!fault) return undefined
  const { reason, detail, line } = fault
  if (reason === 'unavailable' || reason === 'limit') return failure('unavailable', detail)
  const message = line === undefined ? detail : `line ${line}: ${detail}`
  return failure('unprocessable', `code ${message}`, [{ path: 'code', message }])
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
