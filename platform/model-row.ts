import { isObject, type JsonObject, jsonOf } from '../shared/kernel/json.ts'
import { ModelDefinition, type ModelSourceType } from '../shared/model/model.ts'
import { log } from './log.ts'

/** A model as D1 keeps it. */
export interface ModelRow {
  readonly workspace: string
  readonly id: string
  readonly name: string
  readonly type: ModelSourceType
  readonly enabled: number
  readonly document: string
  readonly settings: string
  readonly sealed: string | null
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

export const MODEL_COLUMNS =
  'workspace, id, name, type, enabled, document, settings, sealed, version, created_at, updated_at'

export interface Model {
  readonly id: string
  readonly workspace: string
  readonly name: string
  readonly type: ModelSourceType
  readonly enabled: boolean
  readonly definition: ModelDefinition
  /** Of the connection, what is no secret. */
  readonly settings: JsonObject
  readonly sealed: string | null
}

export function modelOf(row: ModelRow): Model {
  const { id, workspace, name, type, sealed } = row
  const settings = jsonOf(row.settings)
  return {
    id,
    workspace,
    name,
    type,
    enabled: row.enabled === 1,
    definition: ModelDefinition.parse(JSON.parse(row.document)),
    settings: isObject(settings) ? settings : {},
    sealed,
  }
}

/** One that this code cannot read is left out and reported: it must not stop the others. */
export function readableModel(row: ModelRow): readonly Model[] {
  try {
    return [modelOf(row)]
  } catch (fault) {
    log.error('a model is not readable', { workspace_id: row.workspace, model: row.id, fault })
    return []
  }
}

export async function modelRow(env: Env, workspace: string, id: string): Promise<ModelRow | null> {
  return env.DB.prepare(`SELECT ${MODEL_COLUMNS} FROM models WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<ModelRow>()
}
