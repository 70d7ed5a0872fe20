import { recheckHolds } from '../../platform/quality-recheck.ts'
import type { ExpectationRow } from '../../platform/quality-store.ts'
import { updateExpectation } from '../../shared/contract/update-expectation.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { checkedExpectation, expectationDocument, keptExpectation, NO_EXPECTATION } from './expectation-document.ts'

export const updateExpectationRoute = serve(updateExpectation, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const kept = await keptExpectation(call, params.expectationId)
  if (!kept) return err(NO_EXPECTATION)
  const before = kept.expectation
  const checked = checkedExpectation({
    id: before.id,
    border: body.border ?? before.border,
    table: body.table ?? before.table,
    column: body.column === undefined ? before.column : body.column,
    kind: body.kind ?? before.kind,
    params: (body.params as JsonObject | undefined) ?? before.params,
    severity: body.severity ?? before.severity,
    enabled: body.enabled ?? before.enabled,
  })
  if (!checked.ok) return checked
  const { id, ...document } = checked.value
  const [written] = await env.DB.batch<ExpectationRow>([
    env.DB.prepare(
      `INSERT INTO quality_expectations (workspace, id, document, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)
       ON CONFLICT (workspace, id) DO UPDATE SET document = ?3, updated_at = ?4
       RETURNING id, document, created_at, updated_at`,
    ).bind(workspace, id, JSON.stringify(document), now),
    auditStatement(call, 'updateExpectation', { id, ...document }),
  ])
  await recheckHolds(env, workspace, now)
  return ok(expectationDocument(checked.value, written?.results[0] ?? null))
})
