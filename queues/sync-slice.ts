import { contentHash } from '../platform/hashing.ts'
import { readRoot } from '../platform/lake-manifest.ts'
import { dropSlice, type SyncRow, saveSlice, sliceRow } from '../platform/sync-row.ts'
import { contentOf } from '../shared/warehouse/slices.ts'
import type { WantedTable } from '../shared/warehouse/wanted-tables.ts'
import { replacementPrefix, type WarehousePort } from '../shared/warehouse/warehouse.ts'
import { batchOf, filesOfSlice, markOf } from './sync-files.ts'

/**
 * Brings one slice over, file by file: a file is noted when the warehouse has it, and the slice when it has all. What is done
 * twice is the same batch, which the warehouse takes once.
 */
export interface SliceTask {
  readonly env: Env
  readonly sync: SyncRow
  readonly port: WarehousePort
  readonly table: WantedTable
  readonly slice: string
  /** Those who were erased lately: nothing of theirs is brought over, whatever file still has it. */
  readonly erased: ReadonlySet<string>
  readonly now: number
  readonly until: number
}

export type SliceEnd = { readonly rows: number; readonly isWhole: boolean } | 'pending'

/** @throws MissingFile when a file was replaced meanwhile */
export async function syncSlice(task: SliceTask): Promise<SliceEnd> {
  const { env, sync, port, table, slice, erased, now } = task
  const { value: root } = await readRoot(env.LAKE, sync.workspace)
  const mark = markOf(root, table, slice)
  const files = await filesOfSlice(env.LAKE, root, table, slice)
  const before = await sliceRow(env, sync, table.name, slice)
  if (before?.content === mark && mark !== '') return { rows: 0, isWhole: true }
  const isReplaced = table.kind === 'replaced'
  const generation = isReplaced ? (root.gold?.generation ?? 0) : root.generation
  // The same content may come back after another one: the generation tells the two apart.
  const replacement = `${replacementPrefix(table, slice)}${sync.id}.${sync.epoch}/${generation}-${contentHash(contentOf(files)).slice(0, 16)}`
  const nameOf = (key: string) => (isReplaced ? `${replacement}:${key}` : key)
  const there = new Set(before?.files ?? [])
  // Files that were replaced are forgotten, and so is what was laid aside for another replacement.
  const known = files.map(({ key }) => nameOf(key)).filter((name) => there.has(name))
  const total = files.reduce((sum, file) => sum + file.rows, 0)
  const line = { tbl: table.name, slice, rows: total, generation, at: now }
  let rows = 0
  for (const file of files) {
    const name = nameOf(file.key)
    if (known.includes(name)) continue
    const id = isReplaced ? name : `${sync.id}.${sync.epoch}/${name}`
    const batch = await batchOf(env.LAKE, table, slice, file, erased, isReplaced ? { id, replacement } : { id })
    const loaded = await port.load(batch)
    if (loaded === 'pending') return rows > 0 ? { rows, isWhole: false } : loaded
    if (!isReplaced) rows += loaded.rows
    known.push(name)
    await saveSlice(env, sync, { ...line, content: '', files: known })
    if (Date.now() >= task.until) return { rows, isWhole: false }
  }
  if (isReplaced) {
    const batches = files.map(({ key }) => nameOf(key))
    const replaced = await port.replace({ id: replacement, table, slice, batches, files })
    if (replaced === 'pending') return rows > 0 ? { rows, isWhole: false } : replaced
    rows += replaced.rows
  } else await port.settle?.(table, slice, files)
  if (files.length === 0 && slice !== '') {
    await dropSlice(env, sync, table.name, slice)
    return { rows, isWhole: true }
  }
  // Of a replacement nobody needs the files any more.
  await saveSlice(env, sync, { ...line, content: mark, files: isReplaced ? [] : known })
  return { rows, isWhole: true }
}
