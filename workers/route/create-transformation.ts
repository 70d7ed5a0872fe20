import { newTransformationId } from '../../platform/new-workspace.ts'
import { createTransformation } from '../../shared/contract/create-transformation.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkTransformation } from './check-transformation.ts'
import {
  inForce,
  TRANSFORMATION_COLUMNS,
  type TransformationRow,
  transformationDocument,
} from './transformation-row.ts'

/** Every event asks every transformation. */
const MOST_TRANSFORMATIONS = 100

export const createTransformationRoute = serve(createTransformation, async ({ body }, call) => {
  const { env, workspace, now } = call
  const rules = await checkTransformation(call, body)
  if (!rules.ok) return rules
  const id = newTransformationId()
  const [inserted] = await env.DB.batch<TransformationRow>([
    env.DB.prepare(
      `INSERT INTO transformations (workspace, id, name, position, enabled, document, created_at, updated_at)
       SELECT ?1, ?2, ?3,
         coalesce(?4, (SELECT min(max(position) + 1, 1000000) FROM transformations WHERE workspace = ?1), 0), ?5, ?6, ?7, ?7
       WHERE (SELECT count(*) FROM transformations WHERE workspace = ?1) < ?8
       RETURNING ${TRANSFORMATION_COLUMNS}`,
    ).bind(
      workspace,
      id,
      body.name,
      body.position ?? null,
      Number(body.enabled),
      JSON.stringify(rules.value),
      now,
      MOST_TRANSFORMATIONS,
    ),
    auditIfChanged(call, 'createTransformation', { ...body, id }),
  ])
  const row = inserted?.results[0]
  if (!row)
    return err(failure('conflict', `a workspace has at most ${MOST_TRANSFORMATIONS} transformations: delete one first`))
  await inForce(call, row.id, row.version)
  return ok(transformationDocument(row))
})
