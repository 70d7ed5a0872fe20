import { z } from 'zod'
import { SYNC_TABLES } from '../wanted-tables.ts'
import { defineWarehouse } from '../warehouse.ts'

/** `erasures` is told who was erased; `merges` whose every leaf is now. */
export const ICEBERG_STREAMS = [...SYNC_TABLES, 'merges', 'erasures'] as const

export const IcebergSettings = z.strictObject({
  streams: z
    .partialRecord(z.enum(ICEBERG_STREAMS), z.url().max(300))
    .refine(
      (streams) => streams.events !== undefined && streams.merges !== undefined && streams.erasures !== undefined,
      {
        message: 'must name at least the streams events, merges and erasures',
      },
    )
    .meta({ description: 'The HTTP endpoint of the stream of each table; tables without one are not sent' }),
  token: z.string().min(1).max(1_000).meta({ description: 'An API token with the permission Workers Pipelines: Send' }),
})
export type IcebergSettings = z.output<typeof IcebergSettings>

export const iceberg = defineWarehouse({
  type: 'iceberg',
  title: 'Iceberg (R2 Data Catalog)',
  about:
    'By the HTTP endpoints of Cloudflare Pipelines. It only appends: rows carry `_dedup`, `_replacement` and `_synced_at`, and readers take the ' +
    'last. Who is erased is told to the stream `erasures`, and must be deleted there by you. Built from its documentation; ' +
    'unverified against the live service.',
  settings: IcebergSettings,
  secrets: ['token'],
  erases: 'told',
  plan: () => [],
})
