import { type Row, SILVER, type SilverTable } from '../shared/lake/columns.ts'
import { dayKey, rootKey, silverKey } from '../shared/lake/lake-key.ts'
import {
  DayManifest,
  emptyDay,
  emptyRoot,
  type LakeFile,
  type PartitionChange,
  Root,
  withChanges,
  withDays,
} from '../shared/lake/manifest.ts'
import { readTagged, swapTagged, type Tagged } from './lake-json.ts'
import type { LakeObjects } from './lake-objects.ts'
import { sha256, writeParquet } from './lake-parquet.ts'

/** The manifests of a workspace: reading them, and changing them by swapping the root. */
export async function readRoot(bucket: LakeObjects, workspace: string): Promise<Tagged<Root>> {
  return (await readTagged(bucket, rootKey(workspace), Root)) ?? { value: emptyRoot(workspace), etag: null }
}

/** @throws when the root names a day that is not there */
export async function readDay(bucket: LakeObjects, root: Root, day: string): Promise<DayManifest> {
  const entry = root.days[day]
  if (!entry) return emptyDay(day)
  const read = await readTagged(bucket, entry.key, DayManifest)
  if (!read) throw new Error(`${entry.key} is named by the manifest of ${root.workspace} and is not there`)
  return read.value
}

/** What a swap does to the root beside its files; undefined: it is not wanted any more. */
export type RootChange = (root: Root) => Partial<Pick<Root, 'round' | 'gold' | 'fence' | 'abandoned'>> | undefined

/**
 * Swaps the root for one with these partitions changed. The files are there already. Answers false when nothing was
 * changed: `also` did not want it, or a file that should go was gone.
 */
export async function swapRoot(
  bucket: R2Bucket,
  workspace: string,
  changes: readonly PartitionChange[],
  now: number,
  also: (root: Root) => Promise<ReturnType<RootChange>> | ReturnType<RootChange> = () => ({}),
): Promise<boolean> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { value: root, etag } = await readRoot(bucket, workspace)
    const rest = await also(root)
    if (rest === undefined) return false
    const days: { manifest: DayManifest; key: string }[] = []
    for (const [day, ofDay] of Map.groupBy(changes, (change) => change.day)) {
      const manifest = withChanges(await readDay(bucket, root, day), ofDay)
      if (!manifest) return false
      const text = JSON.stringify(manifest)
      const key = dayKey(workspace, day, sha256(new TextEncoder().encode(text)).slice(0, 32))
      await bucket.put(key, text, { httpMetadata: { contentType: 'application/json' } })
      days.push({ manifest, key })
    }
    const next = { ...withDays(root, days, now), ...rest }
    if ((await swapTagged(bucket, rootKey(workspace), next, etag)) !== null) return true
  }
  throw new Error(`the manifest of ${workspace} keeps changing`)
}

const MOST_TRIES = 8

/** Writes rows as a file of a partition, under a name made of its content. It is there when a manifest names it. */
export async function writeSilver(
  bucket: R2Bucket,
  workspace: string,
  table: SilverTable,
  rows: readonly Row[],
  options: { readonly generation: number; readonly repeats?: number },
): Promise<LakeFile> {
  const bytes = writeParquet(SILVER[table], rows)
  const hash = sha256(bytes)
  const times = rows.map((row) => Number(row['received_at']))
  const from = times.reduce((least, at) => Math.min(least, at), Number.MAX_SAFE_INTEGER)
  const to = times.reduce((greatest, at) => Math.max(greatest, at), 0)
  const key = silverKey(table, workspace, from, options.generation, hash.slice(0, 16))
  await bucket.put(key, bytes, { httpMetadata: { contentType: 'application/vnd.apache.parquet' } })
  const { schema } = SILVER[table]
  return {
    key,
    rows: rows.length,
    bytes: bytes.byteLength,
    sha256: hash,
    from,
    to,
    schema,
    repeats: options.repeats ?? 0,
  }
}
