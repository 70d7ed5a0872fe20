import type { ExpectationRow } from '../../platform/quality-store.ts'
import type { ExpectationDocument } from '../../shared/contract/expectation-document.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { defaultExpectation } from '../../shared/quality/default-expectations.ts'
import { Expectation, faultsOf } from '../../shared/quality/expectation.ts'
import type { Call } from '../http/serve.ts'

export const NO_EXPECTATION = failure('not_found', 'there is no such expectation')

export interface KeptExpectation {
  readonly expectation: Expectation
  readonly row: ExpectationRow | null
}

/** An own one, or a default. */
export async function keptExpectation({ env, workspace }: Call, id: string): Promise<KeptExpectation | undefined> {
  const row = await env.DB.prepare(
    'SELECT id, document, created_at, updated_at FROM quality_expectations WHERE workspace = ? AND id = ?',
  )
    .bind(workspace, id)
    .first<ExpectationRow>()
  const expectation = row ? expectationOf(row) : defaultExpectation(id)
  return expectation ? { expectation, row } : undefined
}

export function expectationOf({ id, document }: ExpectationRow): Expectation {
  return Expectation.parse({ ...JSON.parse(document), id })
}

export function expectationDocument(expectation: Expectation, row: ExpectationRow | null): ExpectationDocument {
  return {
    ...expectation,
    params: expectation.params as ExpectationDocument['params'],
    default: defaultExpectation(expectation.id) !== undefined,
    createdAt: row ? toIso(row.created_at) : null,
    updatedAt: row ? toIso(row.updated_at) : null,
  }
}

/** An expectation whose parts fit together. */
export function checkedExpectation(expectation: Expectation): Result<Expectation, Failure> {
  const faults = faultsOf(expectation)
  if (faults.length === 0) return ok(expectation)
  const detail = faults.map(({ path, message }) => `${path} ${message}`).join('; ')
  return err(failure('unprocessable', detail, faults))
}
