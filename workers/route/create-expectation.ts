import { newExpectationId } from '../../platform/new-workspace.ts'
import type { ExpectationRow } from '../../platform/quality-store.ts'
import { createExpectation } from '../../shared/contract/create-expectation.ts'
import { failure } from '../../shared/kernel/failure.ts'
import type { JsonObject } from '../../shared/kernel/json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { borderOf } from '../../shared/quality/expectation.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkedExpectation, expectationDocument } from './expectation-document.ts'

/** Every round of compaction looks at every one of them. */
const MOST_EXPECTATIONS = 200

export const createExpectationRoute = serve(createExpectation, async ({ body }, call) => {
  const { env, workspace, now } = call
  const checked = checkedExpectation({
    id: newExpectationId(),
    ...body,
    params: body.params as JsonObject,
    column: body.column ?? null,
    border: body.border ?? borderOf(body.table, body.kind),
  })
  if (!checked.ok) return checked
  const { id, ...document } = checked.value
  const [inserted] = await env.DB.batch<ExpectationRow>([
    env.DB.prepare(
      `INSERT INTO quality_expectations (workspace, id, document, created_at, updated_at)
       SELECT ?1, ?2, ?3, ?4, ?4 WHERE (SELECT count(*) FROM quality_expectations WHERE workspace = ?1) < ?5
       RETURNING id, document, created_at, updated_at`,
    ).bind(workspace, id, JSON.stringify(document), now, MOST_EXPECTATIONS),
    auditIfChanged(call, 'createExpectation', { id, ...document }),
  ])
  const row = inserted?.results[0]
  if (!row)
    return err(failure('conflict', `a workspace has at most ${MOST_EXPECTATIONS} expectations: delete one first`))
  return ok(expectationDocument(checked.value, row))
})
