import { keptSettings } from '../../platform/destination-settings.ts'
import { MODEL_COLUMNS, type ModelRow } from '../../platform/model-row.ts'
import { newModelId } from '../../platform/new-workspace.ts'
import { createModel } from '../../shared/contract/create-model.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { MODEL_SOURCES } from '../../shared/model/model.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { checkModel, definitionIn, modelDocument } from './model-document.ts'

const MOST_MODELS = 100

export const createModelRoute = serve(createModel, async ({ body }, call) => {
  const { env, workspace, now } = call
  const { name, source, enabled } = body
  const { type, settings } = source
  const checked = await checkModel(call, type, { settings, definition: definitionIn(body) })
  if (!checked.ok) return checked
  const id = newModelId()
  const kept = keptSettings(env.IDENTITY_SECRET, { id, workspace }, MODEL_SOURCES[type], checked.value.settings)
  const { definition } = checked.value
  const [inserted] = await env.DB.batch<ModelRow>([
    env.DB.prepare(
      `INSERT INTO models (workspace, id, name, type, enabled, document, settings, sealed, created_at, updated_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9
       WHERE (SELECT count(*) FROM models WHERE workspace = ?1) < ?10
         AND NOT EXISTS (SELECT 1 FROM models WHERE workspace = ?1 AND name = ?3)
       RETURNING ${MODEL_COLUMNS}`,
    ).bind(
      workspace,
      id,
      name,
      type,
      Number(enabled),
      JSON.stringify(definition),
      kept.open,
      kept.sealed,
      now,
      MOST_MODELS,
    ),
    // What a query says may be a secret of its own; that there is another one is what is told.
    auditIfChanged(call, 'createModel', { id, name, type, mode: definition.mode }),
  ])
  const row = inserted?.results[0]
  if (!row) return err(failure('conflict', `there is a model of this name already, or there are ${MOST_MODELS} models`))
  return ok(modelDocument(call, row))
})
