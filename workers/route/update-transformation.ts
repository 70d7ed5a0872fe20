import { updateTransformation } from '../../shared/contract/update-transformation.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkTransformation } from './check-transformation.ts'
import {
  inForce,
  NO_TRANSFORMATION,
  rulesOf,
  TRANSFORMATION_COLUMNS,
  type TransformationRow,
  transformationDocument,
  transformationRow,
} from './transformation-row.ts'

/** What is not named is taken from the row as it was read, so the version tells whether it still is so. */
export const updateTransformationRoute = serve(updateTransformation, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const row = await transformationRow(call, params.transformationId)
  if (!row) return err(NO_TRANSFORMATION)
  const before = rulesOf(row)
  const rules = await checkTransformation(call, {
    sources: body.sources === undefined ? before.sources : body.sources,
    events: body.events === undefined ? before.events : body.events,
    name: body.name ?? row.name,
    steps: body.steps ?? (body.code ? undefined : before.steps),
    code: body.code ?? (body.steps ? undefined : before.code),
  })
  if (!rules.ok) return rules
  const { id: _, version: __, createdAt: ___, updatedAt: ____, ...named } = body
  const [updated] = await env.DB.batch<TransformationRow>([
    env.DB.prepare(
      `UPDATE transformations SET name = ?, position = ?, enabled = ?, document = ?, updated_at = ?, version = version + 1
       WHERE workspace = ? AND id = ? AND version = ? RETURNING ${TRANSFORMATION_COLUMNS}`,
    ).bind(
      body.name ?? row.name,
      body.position ?? row.position,
      Number(body.enabled ?? row.enabled === 1),
      JSON.stringify(rules.value),
      now,
      workspace,
      row.id,
      row.version,
    ),
    auditIfChanged(call, 'updateTransformation', { ...named, id: row.id }),
  ])
  const after = updated?.results[0]
  if (!after) return err(CHANGED_MEANWHILE)
  await inForce(call, after.id, after.version)
  return ok(transformationDocument(after))
})

const CHANGED_MEANWHILE = failure('conflict', 'somebody else changed or deleted this transformation at the same moment')
