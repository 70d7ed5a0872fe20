import { ConfigStore } from '../../platform/config-store.ts'
import type { TransformationDocument as Shown } from '../../shared/contract/transformation-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { TransformationDocument } from '../../shared/transform/transformation.ts'
import type { Call } from '../http/serve.ts'

export interface TransformationRow {
  readonly id: string
  readonly name: string
  readonly position: number
  readonly enabled: number
  /** JSON: its sources, events and steps. */
  readonly document: string
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

export const TRANSFORMATION_COLUMNS = 'id, name, position, enabled, document, version, created_at, updated_at'
export const NO_TRANSFORMATION = failure('not_found', 'there is no such transformation')

export function transformationRow({ env, workspace }: Call, id: string): Promise<TransformationRow | null> {
  return env.DB.prepare(`SELECT ${TRANSFORMATION_COLUMNS} FROM transformations WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<TransformationRow>()
}

/** What it does; a row was checked when it was written. */
export function rulesOf(row: TransformationRow): TransformationDocument {
  return JSON.parse(row.document) as TransformationDocument
}

export function transformationDocument(row: TransformationRow): Shown {
  const { id, name, position, enabled, version } = row
  const times = { createdAt: toIso(row.created_at), updatedAt: toIso(row.updated_at) }
  return { id, name, enabled: enabled === 1, position, ...rulesOf(row), version, ...times }
}

/** Has this isolate know it at once; others see it within seconds. `version` 0: it is gone. */
export async function inForce({ env, workspace }: Call, id: string, version: number): Promise<void> {
  await new ConfigStore(env.DB).pipeline(workspace, ({ transformations }) => {
    const known = transformations.find((one) => one.id === id)
    return version === 0 ? known === undefined : known !== undefined && known.version >= version
  })
}
