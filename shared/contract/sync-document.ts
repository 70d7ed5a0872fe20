import { z } from 'zod'
import { SecretHint } from '../config/source-settings.ts'
import { warehouseTypes } from '../warehouse/index.ts'
import { SCHEDULES, SyncTables } from '../warehouse/sync-config.ts'

const [first, ...others] = warehouseTypes.map(({ type }) => type) as [string, ...string[]]
export const WarehouseTypeName = z.enum([first, ...others])

export const SyncName = z.string().trim().min(1).max(200)

export const SyncSettings = z
  .record(z.string(), z.json())
  .meta({ description: 'Those of its type: `GET /api/v1/sync-types`' })

export const SyncTablesBody = SyncTables.nullable().meta({ description: 'null: all of them' })

export const Schedule = z.enum(SCHEDULES)

const Time = z.string().meta({ format: 'date-time' })

export const SyncComparison = z
  .object({
    at: Time,
    ok: z.boolean().meta({ description: 'No slice differs that should be the same' }),
    tables: z.array(
      z.object({
        table: z.string(),
        lake: z.int(),
        warehouse: z.int(),
        behind: z.int().meta({ description: 'Slices that are not brought over yet as the lake has them' }),
        differs: z.array(z.object({ slice: z.string(), lake: z.int(), warehouse: z.int() })),
        unknown: z.literal(true).optional().meta({ description: 'The warehouse cannot count' }),
      }),
    ),
  })
  .meta({ id: 'SyncComparison' })

export const SyncStatus = z
  .object({
    state: z
      .enum(['disabled', 'new', 'running', 'idle', 'failing'])
      .meta({ description: '`failing`: the last run did not get to its end, or the one under way is trying again' }),
    jobId: z.string().nullable().meta({ description: 'The job of its runs; null before the first' }),
    lastRun: z.object({ startedAt: Time, endedAt: Time.nullable(), rows: z.int() }).nullable(),
    lagSeconds: z.int().nullable().meta({
      description:
        'How old the oldest thing may be that the lake has and the warehouse has not; null before the first run',
    }),
    lastError: z.object({ at: Time, reason: z.string() }).nullable(),
    tables: z.array(z.object({ table: z.string(), rows: z.int(), slices: z.int(), syncedAt: Time })),
    verified: SyncComparison.nullable().meta({ description: 'What the last comparison found' }),
  })
  .meta({ id: 'SyncStatus' })

/** A sync as its operators see it. Secret settings show only that they are there, and how they end. */
export const SyncDocument = z
  .object({
    id: z.string(),
    type: WarehouseTypeName,
    name: z.string(),
    enabled: z.boolean(),
    tables: SyncTablesBody,
    schedule: Schedule,
    settings: z.record(z.string(), z.union([SecretHint, z.json()])),
    version: z.int().meta({ description: 'Rises with every change' }),
    createdAt: Time,
    updatedAt: Time,
    status: SyncStatus,
  })
  .meta({ id: 'Sync' })
export type SyncDocument = z.input<typeof SyncDocument>

export const SyncReference = z.object({ syncId: z.string().min(1).max(100) })
