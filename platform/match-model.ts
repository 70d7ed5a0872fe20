import { defaultModel } from '../shared/matching/default-model.ts'
import { KeptModel, keptModel, modelFrom } from '../shared/matching/kept-model.ts'
import type { Model } from '../shared/matching/model.ts'
import type { PersonFields } from '../shared/matching/person-fields.ts'

/** The weights a workspace is judged by, versioned; version 0 is built in. */
export interface VersionedModel {
  readonly version: number
  readonly model: Model
}

/** A model in use is read again after so long. */
const FRESH_MS = 60_000
const cached = new Map<string, { readonly at: number; readonly model: VersionedModel }>()
const MOST_CACHED = 50

/** The newest model that was learned for these fields, else the one that is built in. `now` in epoch milliseconds. */
export async function modelOf(env: Env, workspace: string, fields: PersonFields, now: number): Promise<VersionedModel> {
  const name = `${workspace} ${fields.fingerprint}`
  const known = cached.get(name)
  if (known && now - known.at < FRESH_MS) return known.model
  const row = await env.DB.prepare(
    'SELECT version, model FROM match_models WHERE workspace = ? AND fields = ? ORDER BY version DESC LIMIT 1',
  )
    .bind(workspace, fields.fingerprint)
    .first<{ version: number; model: string }>()
  const model = row
    ? { version: row.version, model: modelFrom(fields.schema, KeptModel.parse(JSON.parse(row.model))) }
    : { version: 0, model: defaultModel(fields.schema) }
  if (cached.size >= MOST_CACHED) cached.clear()
  cached.set(name, { at: now, model })
  return model
}

/** Keeps a learned model as the newest; older ones stay named by the pairs that were judged by them. Answers its version. */
export async function saveModel(
  env: Env,
  workspace: string,
  fields: PersonFields,
  model: Model,
  now: number,
): Promise<number> {
  const row = await env.DB.prepare(
    `INSERT INTO match_models (workspace, version, fields, model, records, created_at)
     SELECT ?1, 1 + coalesce((SELECT max(version) FROM match_models WHERE workspace = ?1), 0), ?2, ?3, ?4, ?5
     RETURNING version`,
  )
    .bind(workspace, fields.fingerprint, JSON.stringify(keptModel(model)), model.records, now)
    .first<{ version: number }>()
  cached.clear()
  return row?.version ?? 0
}
