import type { WorkspaceSettings } from '../shared/config/workspace-config.ts'
import { own } from '../shared/kernel/json.ts'
import type { Row, SilverTable } from '../shared/lake/columns.ts'
import { STREAMS, type Stream } from '../shared/lake/lake-key.ts'
import { type DayManifest, filesOf, filesOfHour, type LakeFile, type Root } from '../shared/lake/manifest.ts'
import { byWorkspace, splitLines } from '../shared/lake/split-lines.ts'
import { type BronzeObject, objectsSince, readCompaction, readLines, readTaken } from './lake-bronze.ts'
import { readSilver, unknownRows } from './lake-files.ts'
import { readDay, readRoot } from './lake-manifest.ts'
import type { LakeObjects } from './lake-objects.ts'

/**
 * What is in a workspace's lake at one moment: files of silver, and the tail of bronze that is in none of them yet. Of
 * all that was archived everything is in one of the two, and nothing in both (docs/lake.md, "Reading").
 */
export interface LakeSnapshot {
  readonly workspace: string
  readonly root: Root
  /** By day, of the days asked for. */
  readonly days: ReadonlyMap<string, DayManifest>
  /** Objects of bronze that may hold something of the workspace. */
  readonly tail: readonly BronzeObject[]
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
  // The order is what makes it exact, whatever is compacted meanwhile: first everything that may be in the tail …
  const { closedBefore, round: ended } = (await readCompaction(bucket)).value
  const listed: BronzeObject[] = []
  for (const stream of STREAMS)
    for await (const object of objectsSince(bucket, stream, closedBefore[stream]))
      if (object.workspace === undefined || object.workspace === workspace) listed.push(object)
  // … then what silver has …
  const { value: root } = await readRoot(bucket, workspace)
  // A round that ended is in every root that it concerns.
  const inSilver = Math.max(root.round, ended)
  // … then which objects the rounds up to the root's took: the open one, which may end now, and only then the others.
  const { open } = (await readCompaction(bucket)).value
  const tail: BronzeObject[] = []
  for (const ofHour of Map.groupBy(listed, ({ stream, hour }) => `${stream}/${hour}`).values()) {
    const [{ stream, hour }] = ofHour as [BronzeObject]
    const { names } = (await readTaken(bucket, stream, hour)).value
    // What was given up is not in silver, though the root is past it.
    const isTaking = open?.stream === stream && open.hour === hour && open.round !== root.abandoned
    const opened = isTaking ? open : null
    const roundOf = (name: string) =>
      own(names, name) ?? (opened?.objects.includes(name) ? opened.round : Number.POSITIVE_INFINITY)
    tail.push(...ofHour.filter(({ name }) => roundOf(name) > inSilver))
  }
  const days = new Map<string, DayManifest>()
  for (const day of Object.keys(root.days).sort())
    if ((range.from ?? day) <= day && day <= (range.to ?? day)) days.set(day, await readDay(bucket, root, day))
  return { workspace, root, days, tail }
}

/** All files of a table, oldest day first. */
export function snapshotFiles({ days }: LakeSnapshot, table: SilverTable): readonly LakeFile[] {
  return [...days.values()].flatMap((day) => filesOf(day, table))
}

/** What the tail holds of a workspace, as rows of silver's tables (without `index`), each row once and in no file. */
export async function tailRows(
  bucket: LakeObjects,
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
