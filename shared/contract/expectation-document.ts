import { z } from 'zod'
import { BORDERS, type ExpectationKind, KINDS, QUALITY_TABLES, SEVERITIES } from '../quality/expectation.ts'

export const QualityBorder = z.enum(BORDERS).meta({
  description:
    'The layer it leads into: `bronze` what arrived, `silver` what compaction adds, `gold`, `activation` what leaves',
})
export const QualityTableName = z.enum(QUALITY_TABLES).meta({
  description: '`lines`: every copy that was accepted, whatever became of it; else a table of the lake',
})
export const ExpectationKindName = z.enum(KINDS as [ExpectationKind, ...ExpectationKind[]])
export const SeverityName = z.enum(SEVERITIES).meta({ description: 'Only `hard` holds data back' })
export const ColumnName = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'A column of the table, or something inside of one that is JSON: `properties.total`' })
export const ExpectationParams = z.record(z.string().max(50), z.json()).meta({
  description:
    'By kind. not_null, unique: `share`, `minRows`; range: also `min`, `max`; set: `values`; pattern: `pattern`; referential: ' +
    '`table`, `column`; freshness: `maxAge` (`6h`); volume: `tolerance`, `minRows`; ratio: `of`, `values`, `min`, `max`, `minRows`',
})
const Time = z.string().meta({ format: 'date-time' })

export const ExpectationDocument = z
  .object({
    id: z.string(),
    border: QualityBorder,
    table: QualityTableName,
    column: ColumnName.nullable(),
    kind: ExpectationKindName,
    params: ExpectationParams,
    severity: SeverityName,
    enabled: z.boolean(),
    default: z.boolean().meta({ description: 'It comes with Tributary; changed, it is kept as changed' }),
    createdAt: Time.nullable(),
    updatedAt: Time.nullable().meta({ description: 'Null of a default that nobody changed' }),
  })
  .meta({ id: 'Expectation' })
export type ExpectationDocument = z.input<typeof ExpectationDocument>

export const ExpectationReference = z.object({ expectationId: z.string().min(1).max(200) })
