import { z } from 'zod'
import { HOUR, MINUTE } from '../kernel/instant.ts'
import { SYNC_TABLES, type SyncTable } from './wanted-tables.ts'

/** A sync as a workspace has it: which warehouse, which tables, how often. */
export const SCHEDULES = ['5m', 'hourly', 'daily'] as const
export type SyncSchedule = (typeof SCHEDULES)[number]

export const SyncTables = z
  .array(z.enum(SYNC_TABLES))
  .min(1)
  .max(SYNC_TABLES.length)
  .refine((names) => new Set(names).size === names.length, 'each table once')

export interface SyncConfig {
  readonly id: string
  readonly workspace: string
  readonly type: string
  readonly name: string
  readonly enabled: boolean
  /** Null: all of them. */
  readonly tables: readonly SyncTable[] | null
  readonly schedule: SyncSchedule
  readonly version: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly sealed: string | null
}

const PERIOD_MS: Readonly<Record<SyncSchedule, number>> = { '5m': 5 * MINUTE, hourly: HOUR, daily: 24 * HOUR }

/** Runs of a schedule begin at whole periods (UTC): whether one has begun since the last. Epoch milliseconds. */
export function isSyncDue(schedule: SyncSchedule, lastStartedAt: number | null, now: number): boolean {
  const period = PERIOD_MS[schedule]
  return lastStartedAt === null || Math.floor(now / period) > Math.floor(lastStartedAt / period)
}

export interface Synced {
  /** Generation of the manifest that a run brought over to the end, and when that manifest was written. */
  readonly generation: number
  readonly at: number
}

/** How old the oldest thing is that the lake may have and the warehouse has not, in milliseconds; null before the first run. */
export function lagMs(synced: Synced | null, lake: Synced, now: number): number | null {
  if (!synced) return null
  return lake.generation <= synced.generation ? 0 : Math.max(0, now - synced.at)
}
