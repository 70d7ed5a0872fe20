import { readMapping } from '../../shared/contract/read-mapping.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { mappingDocument, mappingRow, NO_MAPPING } from './mapping-row.ts'

export const readMappingRoute = serve(readMapping, async ({ params }, { env, workspace }) => {
  const row = await mappingRow(env, workspace, params.name)
  return row ? ok(mappingDocument(row)) : err(NO_MAPPING)
})
