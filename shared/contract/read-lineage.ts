import { z } from 'zod'
import { GOLD_TABLES } from '../lake/columns.ts'
import { defineContract } from './contract.ts'
import { InstantParameter } from './query.ts'

const Time = z.string().meta({ format: 'date-time' })

export const LineageLine = z
  .object({
    object: z.string().meta({ description: 'Of bronze' }),
    line: z.int().meta({ description: 'From 0' }),
    copyId: z.string().nullable(),
    messageId: z.string().nullable(),
    source: z.string().nullable(),
    type: z.string().nullable(),
    outcome: z.string(),
    reason: z.string().nullable(),
    canonicalId: z.string().nullable(),
    receivedAt: Time,
    silver: z
      .object({ table: z.string(), partition: z.string(), files: z.array(z.string()) })
      .nullable()
      .meta({ description: 'Where its row is; null: it gives none, or waits in bronze' }),
  })
  .meta({ id: 'LineageLine' })

export const LineageDocument = z
  .object({
    table: z.string().nullable(),
    key: z.string().nullable(),
    column: z.string().nullable(),
    canonicalId: z.string().nullable().meta({ description: 'Whose it is now' }),
    goldAt: Time.nullable().meta({ description: 'When the gold that readers see was built' }),
    lines: z.array(LineageLine).meta({ description: 'Of bronze, newest first' }),
    more: z.boolean().meta({ description: 'There are older ones than these' }),
    touched: z
      .object({
        gold: z.array(z.string()),
        segments: z.array(z.object({ segment: z.string(), at: Time })),
        destinations: z.array(z.object({ destination: z.string(), outcome: z.string() })),
      })
      .nullable()
      .meta({ description: 'Of a message: what came of it' }),
  })
  .meta({ id: 'Lineage' })

const KEYED = GOLD_TABLES.filter((table) => table !== 'merges')

export const readLineage = defineContract({
  name: 'readLineage',
  method: 'get',
  path: '/api/v1/lineage',
  group: 'Operations',
  scope: 'profiles:read',
  summary: 'From a row of gold back to the lines of bronze it is made of, and from a message to what came of it',
  description:
    'Either `table` and `key` (a canonical ID, or type:value), with `column` (`traits.plan`) for the one line that says it; or ' +
    '`messageId`. What is not compacted yet is found by compaction a minute later.',
  query: z
    .object({
      table: z.enum(KEYED as [(typeof KEYED)[number], ...typeof KEYED]).optional(),
      key: z.string().min(1).max(600).optional(),
      column: z.string().min(1).max(300).optional(),
      messageId: z.string().min(1).max(300).optional(),
      from: InstantParameter.optional(),
      to: InstantParameter.optional(),
    })
    .refine(({ key, messageId }) => (key === undefined) !== (messageId === undefined), {
      path: ['key'],
      message: 'or messageId is needed, and not both',
    }),
  reply: LineageDocument,
  failures: ['not_found'],
})
