import { updateMapping } from '../../shared/contract/update-mapping.ts'
import { mappingFaults } from '../../shared/import/mapping.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { MAPPING_COLUMNS, type MappingRow, mappingDocument, mappingRow, NO_MAPPING } from './mapping-row.ts'

export const updateMappingRoute = serve(updateMapping, async ({ params, body }, call) => {
  const { env, workspace, now } = call
  const { name = params.name, ...mapping } = body
  const faults = mappingFaults({ name, ...mapping })
  if (faults.length > 0) return err(failure('unprocessable', 'the mapping does not lead to events', faults))
  if (name !== params.name && (await mappingRow(env, workspace, name))) {
    return err(failure('conflict', 'there is another mapping of this name', [{ path: 'name', message: 'is taken' }]))
  }
  const [updated] = await env.DB.batch<MappingRow>([
    env.DB.prepare(
      `UPDATE mappings SET name = ?, mapping = ?, updated_at = ? WHERE workspace = ? AND name = ?
       RETURNING ${MAPPING_COLUMNS}`,
    ).bind(name, JSON.stringify(mapping), now, workspace, params.name),
    auditIfChanged(call, 'updateMapping', { before: params.name, ...mapping, name }),
  ])
  const row = updated?.results[0]
  return row ? ok(mappingDocument(row)) : err(NO_MAPPING)
})
