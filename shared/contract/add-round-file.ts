import { z } from 'zod'
import { SILVER_TABLES } from '../lake/columns.ts'
import { defineContract } from './contract.ts'
import { CompactorName, RoundNumber } from './lake-round.ts'

export const PARQUET = 'application/vnd.apache.parquet'

const Millis = z.coerce.number('must be a number').int('must be a whole number').min(0)

export const addRoundFile = defineContract({
  name: 'addRoundFile',
  method: 'post',
  path: '/api/v1/lake/rounds/{round}/files',
  group: 'Operations',
  scope: 'lake:write',
  summary:
    'A file of Parquet that was made in a round, of one table and hour; nobody reads it before the round is committed',
  description: 'Up to 8 MB and 50,000 rows, with the columns of the table in their order.',
  params: z.object({ round: RoundNumber }),
  query: z.object({
    by: CompactorName,
    table: z.enum(SILVER_TABLES),
    from: Millis.meta({ description: 'Least `received_at`, epoch milliseconds' }),
    to: Millis.meta({ description: 'Greatest `received_at`, of the same hour' }),
    repeats: Millis.default(0).meta({ description: 'Rows of copies that were delivered more than once' }),
  }),
  files: [PARQUET],
  reply: z.object({ key: z.string() }),
  failures: ['conflict', 'too_large', 'unsupported_media_type', 'invalid_request'],
})
