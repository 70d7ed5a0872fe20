import { createMapping } from '../../shared/contract/create-mapping.ts'
import { mappingFaults } from '../../shared/import/mapping.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { MAPPING_COLUMNS, type MappingRow, mappingDocument } from './mapping-row.ts'

const MOST_MAPPINGS = 500

export const createMappingRoute = serve(createMapping, async ({ body }, call) => {
  const faults = mappingFaults(body)
  if (faults.length > 0) return err(failure('unprocessable', 'the mapping does not lead to events', faults))
  const { env, workspace, now } = call
  const { name, ...mapping } = body
  const [inserted] = await env.DB.batch<MappingRow>([
    env.DB.prepare(
      `INSERT INTO mappings (workspace, name, mapping, created_at, updated_at) SELECT ?1, ?2, ?3, ?4, ?4
       WHERE (SELECT count(*) FROM mappings WHERE workspace = ?1) < ?5
       ON CONFLICT DO NOTHING RETURNING ${MAPPING_COLUMNS}`,
    ).bind(workspace, name, JSON.stringify(mapping), now, MOST_MAPPINGS),
    auditIfChanged(call, 'createMapping', body),
  ])
  const row = inserted?.results[0]
  if (row) return ok(mappingDocument(row))
  return err(failure('conflict', `there is a mapping of this name, or the workspace has ${MOST_MAPPINGS} of them`))
})
