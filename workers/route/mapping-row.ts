import type { MappingDocument } from '../../shared/contract/mapping-document.ts'
import type { Mapping } from '../../shared/import/mapping.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'

export interface MappingRow {
  readonly name: string
  readonly mapping: string
  readonly created_at: number
  readonly updated_at: number
}

export const MAPPING_COLUMNS = 'name, mapping, created_at, updated_at'
export const NO_MAPPING = failure('not_found', 'there is no such mapping')

export function mappingOf(row: Pick<MappingRow, 'name' | 'mapping'>): Mapping {
  return { ...JSON.parse(row.mapping), name: row.name }
}

export function mappingDocument(row: MappingRow): MappingDocument {
  return { ...mappingOf(row), createdAt: toIso(row.created_at), updatedAt: toIso(row.updated_at) }
}

export async function mappingRow(env: Env, workspace: string, name: string): Promise<MappingRow | null> {
  return env.DB.prepare(`SELECT ${MAPPING_COLUMNS} FROM mappings WHERE workspace = ? AND name = ?`)
    .bind(workspace, name)
    .first<MappingRow>()
}
