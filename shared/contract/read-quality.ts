import { z } from 'zod'
import { QualityResult, VERDICTS } from '../quality/result.ts'
import { defineContract } from './contract.ts'
import { QualityBorder, QualityTableName, SeverityName } from './expectation-document.ts'
import { CursorParameter, InstantParameter, LimitParameter } from './query.ts'

const Time = z.string().meta({ format: 'date-time' })

export const QualityEntry = QualityResult.extend({
  border: QualityBorder,
  table: QualityTableName,
  hour: Time.meta({ description: 'Of arrival; of gold and activation the hour in which it was looked at' }),
  measured: z.number().nullable().meta({ description: 'A share, an age in milliseconds, or a count' }),
  samples: QualityResult.shape.samples.meta({ description: 'Some rows that broke it, by what names them' }),
}).meta({ id: 'QualityEntry' })

export const readQuality = defineContract({
  name: 'readQuality',
  method: 'get',
  path: '/api/v1/quality',
  group: 'Operations',
  scope: 'quality:read',
  masking: 'settings',
  summary: 'What came of every expectation, by the hour, newest first',
  description: 'No value of anybody is in it. The last 24 hours unless said.',
  query: z.object({
    border: QualityBorder.optional(),
    table: QualityTableName.optional(),
    severity: SeverityName.optional(),
    verdict: z.enum(VERDICTS).optional(),
    from: InstantParameter.optional(),
    to: InstantParameter.optional(),
    cursor: CursorParameter,
    limit: LimitParameter.meta({
      description: 'Most hours of a table in one answer; each has all of its expectations',
    }),
  }),
  reply: z.object({ results: z.array(QualityEntry), cursor: z.string().nullable() }),
  failures: [],
})
