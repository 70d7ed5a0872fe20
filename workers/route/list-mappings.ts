import { listMappings } from '../../shared/contract/list-mappings.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { MAPPING_COLUMNS, type MappingRow, mappingDocument } from './mapping-row.ts'

/** All at once: there are at most 500. */
export const listMappingsRoute = serve(listMappings, async (_, { env, workspace }) => {
  const { results } = await env.DB.prepare(`SELECT ${MAPPING_COLUMNS} FROM mappings WHERE workspace = ? ORDER BY name`)
    .bind(workspace)
    .all<MappingRow>()
  return ok({ mappings: results.map(mappingDocument) })
})
