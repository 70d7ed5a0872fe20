import { keptSettings, settingsOf } from '../../platform/destination-settings.ts'
import { MODEL_COLUMNS, type ModelRow, modelOf, modelRow } from '../../platform/model-row.ts'
import { updateModel } from '../../shared/contract/update-model.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { MODEL_SOURCES } from '../../shared/model/model.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { unprocessable } from './check-condition.ts'
import { changedSettings } from './check-destination.ts'
import { checkModel, definitionIn, modelDocument, NO_MODEL } from './model-document.ts'

/** Sealed settings are changed by opening them, so two changes at once could undo one another: the version tells. */
export const updateModelRoute = serve(updateModel, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const row = await modelRow(env, workspace, params.modelId)
  if (!row) return err(NO_MODEL)
  const before = modelOf(row)
  const { type } = before
  if (body.source?.type !== undefined && body.source.type !== type)
    return unprocessable([{ path: 'source.type', message: 'stays as it is: make another model' }])
  const source = MODEL_SOURCES[type]
  const kind = { ...source, secrets: [...source.secrets] }
  const changed = changedSettings(kind, settingsOf(env.IDENTITY_SECRET, before), body.source?.settings ?? {})
  if (!changed.ok) return changed
  const definition = definitionIn(body, before.definition)
  const checked = await checkModel(call, type, { settings: changed.value, definition })
  if (!checked.ok) return checked
  const kept = keptSettings(env.IDENTITY_SECRET, before, source, checked.value.settings)
  const name = body.name ?? row.name
  const [updated] = await env.DB.batch<ModelRow>([
    env.DB.prepare(
      `UPDATE models SET name = ?1, enabled = ?2, document = ?3, settings = ?4, sealed = ?5, updated_at = ?6,
         version = version + 1
       WHERE workspace = ?7 AND id = ?8 AND version = ?9
         AND NOT EXISTS (SELECT 1 FROM models WHERE workspace = ?7 AND name = ?1 AND id <> ?8)
       RETURNING ${MODEL_COLUMNS}`,
    ).bind(
      name,
      Number(body.enabled ?? before.enabled),
      JSON.stringify(checked.value.definition),
      kept.open,
      kept.sealed,
      now,
      workspace,
      row.id,
      row.version,
    ),
    auditIfChanged(call, 'updateModel', { id: row.id, name, changed: Object.keys(body) }),
  ])
  const after = updated?.results[0]
  if (!after) return err(failure('conflict', 'another model has this name, or somebody changed this one just now'))
  return ok(modelDocument(call, after))
})
