import { z } from 'zod'
import { defineContract } from './contract.ts'
import { QualityBorder, QualityTableName } from './expectation-document.ts'
import { CursorParameter, LimitParameter } from './query.ts'

const Time = z.string().meta({ format: 'date-time' })

export const HoldStateName = z.enum(['held', 'releasing', 'released', 'passed', 'expired'])

export const HoldDocument = z
  .object({
    id: z.string(),
    border: QualityBorder,
    table: QualityTableName,
    hour: Time.nullable().meta({ description: 'Of the partition that is held; null: the table as a whole' }),
    state: HoldStateName.meta({ description: '`expired`: nobody let its rows go while silver is kept, and they went' }),
    rows: z.int().meta({ description: 'About so many wait' }),
    objects: z.int().meta({ description: 'Of bronze, in which they stand' }),
    reasons: z.array(z.object({ expectation: z.string(), measured: z.number().nullable(), expected: z.string() })),
    releasedBy: z.string().nullable(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'QualityHold' })
export type HoldDocument = z.input<typeof HoldDocument>

export const listQualityHolds = defineContract({
  name: 'listQualityHolds',
  method: 'get',
  path: '/api/v1/quality/holds',
  group: 'Operations',
  scope: 'quality:read',
  summary: 'What is held back because it breaks a hard expectation, and what was; newest first',
  query: z.object({ state: HoldStateName.optional(), cursor: CursorParameter, limit: LimitParameter }),
  reply: z.object({ holds: z.array(HoldDocument), cursor: z.string().nullable() }),
  failures: [],
})
