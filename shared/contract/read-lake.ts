import { z } from 'zod'
import { defineContract } from './contract.ts'

const Iso = z.string().meta({ format: 'date-time' })

const LakeTable = z
  .object({
    layer: z.enum(['silver', 'gold']),
    table: z.string(),
    files: z.int(),
    rows: z.int(),
    bytes: z.int(),
    from: Iso.nullable().meta({ description: 'Arrival of the oldest row; null in gold' }),
    to: Iso.nullable(),
  })
  .meta({ id: 'LakeTable' })

export const LakeDocument = z
  .object({
    generation: z.int().meta({ description: 'Rises with every change of the manifest' }),
    updatedAt: Iso.nullable(),
    goldAt: Iso.nullable().meta({ description: 'When gold was built; null before the first time' }),
    waiting: z
      .object({
        events: z.int().meta({ description: 'Applied events that are in bronze alone' }),
        since: Iso.nullable().meta({ description: 'Arrival of the oldest of them' }),
        lagMs: z.int(),
        exact: z
          .boolean()
          .meta({ description: 'False: copies that came again are among them, or only the oldest part was counted' }),
      })
      .meta({ description: 'What is not in silver yet. Readers of the lake see it all the same' }),
    tables: z.array(LakeTable),
    days: z.array(
      z.object({
        day: z.string(),
        tables: z.array(z.object({ table: z.string(), files: z.int(), rows: z.int(), bytes: z.int() })),
      }),
    ),
    skippedDays: z.array(z.string()).meta({
      description:
        'Days that an older version found too large for sessions and daily activity, until gold is built anew',
    }),
  })
  .meta({ id: 'Lake' })
export type LakeDocument = z.infer<typeof LakeDocument>

export const readLake = defineContract({
  name: 'readLake',
  method: 'get',
  path: '/api/v1/lake',
  group: 'Operations',
  scope: 'lake:read',
  summary: 'What is in the lake of the workspace: tables, days, and what is not compacted yet',
  reply: LakeDocument,
  failures: [],
})
