import { secretSettingsOf } from '../../platform/destination-settings.ts'
import type { JobRow } from '../../platform/jobs.ts'
import { readRoot } from '../../platform/lake-manifest.ts'
import { readSync, type SyncRow, sliceSums, syncConfigOf } from '../../platform/sync-row.ts'
import { jobOf, runJobId } from '../../platform/sync-runs.ts'
import { hintOf } from '../../shared/config/source-settings.ts'
import type { SyncDocument } from '../../shared/contract/sync-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { lagMs, type Synced } from '../../shared/warehouse/sync-config.ts'
import type { Call } from '../http/serve.ts'

export const NO_SYNC = failure('not_found', 'there is no such sync')

export function syncRow({ env, workspace }: Call, id: string): Promise<SyncRow | null> {
  return readSync(env, workspace, id)
}

/** Where the lake of a workspace is: what syncs are behind of. */
export async function lakeNow({ env, workspace }: Call): Promise<Synced> {
  const { generation, updatedAt } = (await readRoot(env.LAKE, workspace)).value
  return { generation, at: updatedAt }
}

/** A sync as its operators see it: of what is secret only that it is there, and how it ends. */
export async function syncDocument(call: Call, row: SyncRow, lake: Synced): Promise<SyncDocument> {
  const { env, workspace, now } = call
  const config = syncConfigOf(row)
  const { id, type, name, enabled, tables, schedule, settings, version } = config
  const secrets = Object.entries(secretSettingsOf(env.IDENTITY_SECRET, config))
  const hints = Object.fromEntries(secrets.map(([setting, value]) => [setting, hintOf(String(value))]))
  const job = await jobOf(env, workspace, runJobId(id))
  const sums = await sliceSums(env, workspace, id)
  const synced = row.generation === null ? null : { generation: row.generation, at: row.generation_at ?? 0 }
  const lag = lagMs(synced, lake, now)
  return {
    id,
    type,
    name,
    enabled,
    tables: tables ? [...tables] : null,
    schedule,
    settings: { ...settings, ...hints } as SyncDocument['settings'],
    version,
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
    status: {
      state: stateOf(row, job),
      jobId: job?.id ?? null,
      lastRun:
        row.started_at === null
          ? null
          : {
              startedAt: toIso(row.started_at),
              endedAt: row.ended_at === null || row.ended_at < row.started_at ? null : toIso(row.ended_at),
              rows: row.rows,
            },
      lagSeconds: lag === null ? null : Math.round(lag / 1_000),
      lastError: row.error === null || row.error_at === null ? null : { at: toIso(row.error_at), reason: row.error },
      tables: sums.map(({ tbl, rows, slices, at }) => ({ table: tbl, rows, slices, syncedAt: toIso(at) })),
      verified: row.verified === null ? null : comparisonOf(row.verified),
    },
  }
}

/** Written by the job of the comparison, so its shape is known. */
function comparisonOf(text: string): SyncDocument['status']['verified'] {
  const found = JSON.parse(text) as Omit<NonNullable<SyncDocument['status']['verified']>, 'at'> & { at: number }
  return { ...found, at: toIso(found.at) }
}

function stateOf(row: SyncRow, job: JobRow | null): SyncDocument['status']['state'] {
  if (row.enabled !== 1) return 'disabled'
  if (!job) return 'new'
  if (job.state === 'failed') return 'failing'
  if (job.state === 'done' || job.state === 'cancelled') return 'idle'
  return job.reason === null ? 'running' : 'failing'
}
