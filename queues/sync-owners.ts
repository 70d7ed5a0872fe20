import { contentHash } from '../platform/hashing.ts'
import { readSilver } from '../platform/lake-files.ts'
import { readDay, readRoot } from '../platform/lake-manifest.ts'
import { type SyncRow, saveSlice, sliceRow } from '../platform/sync-row.ts'
import type { Row } from '../shared/lake/columns.ts'
import { filesOf, type LakeFile } from '../shared/lake/manifest.ts'
import { ownersOf } from '../shared/lake/owners.ts'
import { contentOf } from '../shared/warehouse/slices.ts'
import { MERGES } from '../shared/warehouse/wanted-tables.ts'
import type { Loaded, WarehousePort } from '../shared/warehouse/warehouse.ts'
import { erasedForSync } from './sync-erase.ts'

/** Tells the warehouse whose every leaf is now, when merges or splits happened since the last time. */
export async function remapOwners(run: {
  readonly env: Env
  readonly sync: SyncRow
  readonly port: WarehousePort
  readonly now: number
}): Promise<Loaded> {
  const { env, sync, port, now } = run
  const { value: root } = await readRoot(env.LAKE, sync.workspace)
  const files: LakeFile[] = []
  for (const day of Object.keys(root.days).sort())
    if (root.days[day]?.tables.changes) files.push(...filesOf(await readDay(env.LAKE, root, day), 'changes'))
  const erased = await erasedForSync(env, sync.workspace, now)
  const content = `changes:${contentHash(`${contentOf(files)}/${[...erased].sort().join(',')}`)}`
  if ((await sliceRow(env, sync, MERGES.name, ''))?.content === content) return { rows: 0 }
  const changes: Row[] = []
  for (const file of files) for (const row of await readSilver(env.LAKE, 'changes', file)) changes.push(row)
  const rows = [...ownersOf(changes).of]
    .map(([leaf, { profile, at }]) => ({ leaf, canonical_id: profile, at }))
    .filter((row) => !erased.has(row.leaf) && !erased.has(row.canonical_id))
  // What was so before may be so again: the generation tells the two apart.
  const id = `merges//${sync.id}.${sync.epoch}/${root.generation}-${contentHash(content).slice(0, 16)}`
  const loaded = await port.remap(rows, id)
  if (loaded === 'pending') return loaded
  const line = { tbl: MERGES.name, slice: '', rows: rows.length, generation: root.generation, at: now }
  await saveSlice(env, sync, { ...line, content, files: [] })
  return loaded
}
