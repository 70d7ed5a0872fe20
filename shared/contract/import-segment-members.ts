import { z } from 'zod'
import { IMPORT_TYPES } from '../import/import-type.ts'
import { defineContract } from './contract.ts'
import { DefinitionKey, DefinitionName } from './definition.ts'

/** Plain text has no columns. */
export const LIST_TYPES = IMPORT_TYPES.filter((type) => type !== 'text/plain')

const Flag = z.enum(['true', '1', 'false', '0'])

export const importSegmentMembers = defineContract({
  name: 'importSegmentMembers',
  method: 'post',
  path: '/api/v1/segments/{key}/members:import',
  group: 'Segments',
  scope: 'segments:write',
  summary: 'Make or update a segment from a file of identifiers: CSV, NDJSON or a JSON array, up to 100 MB, streamed',
  description:
    'One row per person; the header of CSV, or the key in NDJSON, names the type of identifier (`user_id`, `email`, …). ' +
    'With several such columns the strongest identifier that is known counts. Rows of unknown people are reported and ' +
    'skipped, unless `create=true`. `GET /api/v1/imports/{jobId}` tells how many rows were taken and where the errors are.',
  params: z.object({ key: DefinitionKey }),
  query: z.object({
    create: Flag.default('false').meta({ description: '`true`: make a profile for whom nobody knows' }),
    mode: z
      .enum(['add', 'replace'])
      .default('add')
      .meta({ description: '`replace`: whoever is not in the file leaves the segment when the import is done' }),
    name: DefinitionName.optional().meta({ description: 'Of a new segment; its key unless said' }),
  }),
  files: LIST_TYPES,
  status: 202,
  reply: z.object({ jobId: z.string() }),
  failures: ['conflict', 'too_large', 'unsupported_media_type', 'unprocessable', 'invalid_request'],
})
