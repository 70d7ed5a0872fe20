import type { WorkspaceSettings } from '../shared/config/workspace-config.ts'
import type { Row, SilverTable } from '../shared/lake/columns.ts'
import { type BronzePlace, STREAMS, type Stream } from '../shared/lake/lake-key.ts'
import { type DayManifest, filesOf, filesOfHour, type LakeFile, type Root } from '../shared/lake/manifest.ts'
import { byWorkspace, splitLines } from '../shared/lake/split-lines.ts'
import { readCompaction, readLines, waitingHours } from './lake-bronze.ts'
import { readSilver, unknownRows } from './lake-files.ts'
import { readDay, readRoot } from './lake-manifest.ts'

/**
 * What is in a workspace's lake at one moment: files of silver, and the tail of bronze that is in none of them yet. Of
 * all that was archived everything is in one of the two, and nothing in both (docs/lake.md, "Reading").
 */
export interface LakeSnapshot {
  readonly workspace: string
  readonly root: Root
  /** By day, of the days asked for. */
  readonly days: ReadonlyMap<string, DayManifest>
  /** Objects of bronze, of all workspaces. */
  readonly tail: readonly BronzePlace[]
}

export interface SnapshotRange {
  /** Days such as `2026-11-21`, both included; the tail is always whole. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export async function lakeSnapshot(
  bucket: R2Bucket,
  workspace: string,
  range: SnapshotRange = {},
): Promise<LakeSnapshot> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = await readCompaction(bucket)
    const { open, closedBefore } = before.value
    const listed: BronzePlace[] = []
    for (const stream of STREAMS) {
      for await (const { hour, objects } of waitingHours(bucket, stream, closedBefore[stream]))
        listed.push(...objects.map(({ name }) => ({ stream, hour, name })))
    }
    const { value: root } = await readRoot(bucket, workspace)
    const days = new Map<string, DayManifest>()
    for (const day of Object.keys(root.days).sort())
      if ((range.from ?? day) <= day && day <= (range.to ?? day)) days.set(day, await readDay(bucket, root, day))
    const after = await readCompaction(bucket)
    // A round was begun or ended meanwhile: what was listed and what the root names may be of different moments.
    if (after.etag !== before.etag) continue
    const isIn = open !== null && root.round >= open.round ? new Set(open.objects) : new Set<string>()
    const tail = listed.filter(
      ({ stream, hour, name }) => !(stream === open?.stream && hour === open.hour && isIn.has(name)),
    )
    return { workspace, root, days, tail }
  }
  throw new Error('the lake changes faster than it can be read')
}

const MOST_TRIES = 20

/** All files of a table, oldest day first. */
export function snapshotFiles({ days }: LakeSnapshot, table: SilverTable): readonly LakeFile[] {
  return [...days.values()].flatMap((day) => filesOf(day, table))
}

/** What the tail holds of a workspace, as rows of silver's tables (without `index`), each row once and in no file. */
export async function tailRows(
  bucket: R2Bucket,
  { workspace, root, tail }: LakeSnapshot,
  settings: WorkspaceSettings,
  streams: readonly Stream[] = STREAMS,
): Promise<ReadonlyMap<SilverTable, readonly Row[]>> {
  const rows = new Map<SilverTable, Row[]>()
  const places = tail.filter(({ stream }) => streams.includes(stream))
  const lines = byWorkspace(await readLines(bucket, places)).get(workspace) ?? []
  const days = new Map<string, DayManifest>()
  for (const partition of splitLines(lines, { settings, keyOf: null })) {
    const { table, day, hour } = partition
    const manifest = days.get(day) ?? (await readDay(bucket, root, day))
    days.set(day, manifest)
    const unknown = await unknownRows(bucket, partition, filesOfHour(manifest, table, hour))
    rows.set(table, [...(rows.get(table) ?? []), ...unknown])
  }
  return rows
}

/** All rows of a table: for tests and for small lakes; whoever has many events asks DuckDB. */
export async function allRows(
  bucket: R2Bucket,
  snapshot: LakeSnapshot,
  table: SilverTable,
  settings: WorkspaceSettings,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const file of snapshotFiles(snapshot, table)) rows.push(...(await readSilver(bucket, table, file)))
  return [...rows, ...((await tailRows(bucket, snapshot, settings)).get(table) ?? [])]
}
