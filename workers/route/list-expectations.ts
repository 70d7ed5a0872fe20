import type { ExpectationRow } from '../../platform/quality-store.ts'
import { expectationsOf } from '../../platform/quality-store.ts'
import { listExpectations } from '../../shared/contract/list-expectations.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { expectationDocument } from './expectation-document.ts'

export const listExpectationsRoute = serve(listExpectations, async ({ query }, { env, workspace }) => {
  const all = await expectationsOf(env, workspace)
  const { results } = await env.DB.prepare(
    'SELECT id, document, created_at, updated_at FROM quality_expectations WHERE workspace = ?',
  )
    .bind(workspace)
    .all<ExpectationRow>()
  const rows = new Map(results.map((row) => [row.id, row]))
  const { border, table } = query
  const wanted = all.filter(
    (one) => (border === undefined || one.border === border) && (table === undefined || one.table === table),
  )
  return ok({ expectations: wanted.map((one) => expectationDocument(one, rows.get(one.id) ?? null)) })
})
