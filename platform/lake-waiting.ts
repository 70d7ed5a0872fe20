import type { WorkspaceSettings } from '../shared/config/workspace-config.ts'
import { appliedSumOf } from './applied-sums.ts'
import type { BronzeObject } from './lake-bronze.ts'
import { type LakeSnapshot, tailRows } from './lake-reader.ts'

/** Applied events of a workspace that are in bronze alone. */
export interface WaitingEvents {
  readonly events: number
  /** Arrival of the oldest, epoch milliseconds; infinite when there are none. */
  readonly since: number
  readonly exact: boolean
}

/** Objects that say nothing of themselves and are looked into: they hold everybody's lines, and some seconds are enough. */
const LOOKED_INTO = 50

/** By what the objects say of themselves; only those that say nothing, as after an erasure, are read. */
export async function waitingEvents(
  bucket: R2Bucket,
  snapshot: LakeSnapshot,
  settings: WorkspaceSettings,
): Promise<WaitingEvents> {
  let [events, since, exact] = [0, Number.POSITIVE_INFINITY, true]
  const unknown: BronzeObject[] = []
  for (const object of snapshot.tail) {
    if (object.stream !== 'events') continue
    const sum = appliedSumOf(object.applied, snapshot.workspace)
    if (!sum) {
      unknown.push(object)
      continue
    }
    const [copies, earliest, again] = sum
    events += copies
    since = Math.min(since, earliest)
    if (again > 0) exact = false
  }
  const looked = { ...snapshot, tail: unknown.slice(0, LOOKED_INTO) }
  const rows = (await tailRows(bucket, looked, settings, ['events'])).get('events') ?? []
  for (const row of rows) since = Math.min(since, Number(row['received_at']))
  return { events: events + rows.length, since, exact: exact && unknown.length <= LOOKED_INTO }
}
