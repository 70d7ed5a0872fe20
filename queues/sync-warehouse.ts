import { z } from 'zod'
import { settingsOf } from '../platform/destination-settings.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { MissingFile } from '../platform/lake-files.ts'
import { readRoot } from '../platform/lake-manifest.ts'
import { log } from '../platform/log.ts'
import { outboundRules } from '../platform/outbound-address.ts'
import { heldTables } from '../platform/quality-activation.ts'
import { readSync, type SyncRow, sliceContents, syncConfigOf, tablesOf } from '../platform/sync-row.ts'
import { SYNC_KIND, syncOfJob } from '../platform/sync-runs.ts'
import { openWarehouse } from '../platform/warehouse-open.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import type { Root } from '../shared/lake/manifest.ts'
import { warehouseType } from '../shared/warehouse/index.ts'
import { slicesOf } from '../shared/warehouse/slices.ts'
import { MERGES, type WantedTable, wantedTables } from '../shared/warehouse/wanted-tables.ts'
import { type WarehousePort, WarehouseRefusal, type WarehouseType } from '../shared/warehouse/warehouse.ts'
import { reasonOf } from './faults.ts'
import { erasedForSync, erasePeople } from './sync-erase.ts'
import { filesOfSlice, markOf } from './sync-files.ts'
import { remapOwners } from './sync-owners.ts'
import { type SliceTask, syncSlice } from './sync-slice.ts'

/**
 * One run of a sync (docs/warehouse.md), in steps that may each be done twice:
 *
 *   plan ─► owners ─► slice, slice, slice … ─► erase
 *
 * The tables are made; then it is said whose every leaf is now, so that events come in under their present owner; then what
 * changed of each table; at last those who were erased are taken out, also of what came in meanwhile.
 */
const Cursor = z.object({
  phase: z.enum(['plan', 'owners', 'slices', 'erase', 'end']),
  /** Slices that are still to be brought over: table and slice. */
  todo: z.array(z.tuple([z.string(), z.string()])),
  /** The manifest that this run brings over, and when it was written. */
  generation: z.int(),
  at: z.int(),
  rows: z.int(),
  erased: z.int(),
  total: z.int(),
})
type Cursor = z.infer<typeof Cursor>

/** What a test may put in the place of the warehouse, and of the time that a step takes. */
export interface SyncOptions {
  readonly open?: typeof openWarehouse
  readonly stepMs?: number
}

const STEP_MS = 4_000
/** A warehouse that is at work on a batch is asked again after so long. */
const PENDING_MS = 1_500

export function syncJob(options: SyncOptions = {}) {
  return defineJob({
    kind: SYNC_KIND,
    input: z.object({}),
    cursor: Cursor,
    async step(env, { id, workspace, cursor }, now): Promise<JobStep<Cursor>> {
      const sync = await readSync(env, workspace, syncOfJob(id))
      const before = cursor ?? { phase: 'plan' as const, todo: [], generation: 0, at: 0, rows: 0, erased: 0, total: 0 }
      if (!sync) return { ...progress(before), failed: 'the sync was deleted' }
      if (sync.enabled !== 1) return { ...progress(before), failed: 'the sync was disabled' }
      if (cursor === null) await noteBegin(env, sync, now)
      try {
        return await advance(env, sync, before, now, options)
      } catch (fault) {
        await noteError(env, sync, reasonOf(fault), now)
        // Trying again at once changes nothing; the next run of the schedule does, once it was mended.
        if (fault instanceof WarehouseRefusal) return { ...progress(before), failed: fault.message }
        throw fault
      }
    },
  })
}

export const syncWarehouse = syncJob()

async function advance(env: Env, sync: SyncRow, cursor: Cursor, now: number, options: SyncOptions) {
  const { open = openWarehouse, stepMs = STEP_MS } = options
  const config = syncConfigOf(sync)
  const type = warehouseType(config.type)
  if (!type) throw new WarehouseRefusal(`there is no warehouse of type ${config.type}`)
  const settings = settingsOf(env.IDENTITY_SECRET, config)
  const port = await open(config.type, settings, { rules: outboundRules(env), sync: config.id })
  try {
    const tables = wantedTables(tablesOf(config))
    const run = { env, sync, port, type, settings, tables, now, until: Date.now() + stepMs }
    const next = await (cursor.phase === 'plan'
      ? plan(run, cursor)
      : cursor.phase === 'owners'
        ? owners(run, cursor)
        : cursor.phase === 'slices'
          ? slices(run, cursor)
          : erase(run, cursor))
    if (next === 'pending') return { ...progress(cursor), waitMs: PENDING_MS }
    if (next.phase !== 'end') return progress(next)
    await noteEnd(env, sync, next, Date.now())
    return { ...progress(next), finished: true }
  } finally {
    await port.close()
  }
}

interface Run {
  readonly env: Env
  readonly sync: SyncRow
  readonly port: WarehousePort
  readonly type: WarehouseType
  readonly settings: JsonObject
  readonly tables: readonly WantedTable[]
  readonly now: number
  /** A step should be over by then. */
  readonly until: number
}

type Next = Promise<Cursor | 'pending'>

async function plan({ env, sync, port, type, settings, tables, now }: Run, cursor: Cursor): Next {
  for (const step of type.plan(await port.present(), tables, settings)) await port.change(step)
  await port.claim(sync.workspace)
  const { value: root } = await readRoot(env.LAKE, sync.workspace)
  const todo = [
    ...(await staleSlices(env, sync, root, tables)),
    ...(await goneSlices(env, sync, root, tables, port.mirrors === true)),
  ]
  // What breaks a hard expectation is not sent away (docs/quality.md); who was erased is taken out all the same.
  const names = tables.map(({ name }) => name)
  const held = await heldTables(env, sync.workspace, names, now)
  if (held.size > 0) await noteError(env, sync, `held: ${[...held.values()].join('; ')}`, now)
  const { generation, updatedAt: at } = root
  const free = todo.filter(([name]) => !held.has(name))
  return { ...cursor, phase: 'owners', todo: free, generation, at, total: free.length + 3 }
}

/** Slices that are not in the warehouse as the lake has them. `merges` are a matter of their own. */
async function staleSlices(env: Env, sync: SyncRow, root: Root, tables: readonly WantedTable[]) {
  const known = await sliceContents(env, sync)
  return tables
    .filter(({ name }) => name !== 'merges')
    .flatMap((table) =>
      slicesOf(root, table)
        .filter(({ slice }) => known.get(`${table.name}/${slice}`) !== markOf(root, table, slice))
        .map(({ slice }): [string, string] => [table.name, slice]),
    )
}

/**
 * Slices that the warehouse has and the lake has not any more. Of a day that the lake still keeps, a table may have nothing
 * left, as when a late event drew its only session into the day before: that goes everywhere. A day that the lake keeps no
 * longer goes only where nobody could take a person out of it.
 */
async function goneSlices(env: Env, sync: SyncRow, root: Root, tables: readonly WantedTable[], mirrors: boolean) {
  const gone: [string, string][] = []
  const known = [...(await sliceContents(env, sync)).keys()]
  for (const table of tables.filter((one) => one !== MERGES)) {
    const here = new Set(slicesOf(root, table).map(({ slice }) => slice))
    for (const key of known) {
      if (!key.startsWith(`${table.name}/`)) continue
      const slice = key.slice(table.name.length + 1)
      const isEmptied = table.kind === 'replaced' && root.gold?.built[slice] !== undefined
      if (!here.has(slice) && (mirrors || isEmptied)) gone.push([table.name, slice])
    }
  }
  return gone
}

async function owners(run: Run, cursor: Cursor): Next {
  if (!run.tables.includes(MERGES)) return { ...cursor, phase: 'slices' }
  const remapped = await remapOwners(run)
  return remapped === 'pending' ? remapped : { ...cursor, phase: 'slices' }
}

async function slices(run: Run, cursor: Cursor): Next {
  const { env, sync, tables, until } = run
  const erased = await erasedForSync(env, sync.workspace, run.now)
  let { todo, rows } = cursor
  do {
    const [first, ...rest] = todo
    if (!first) return { ...cursor, phase: 'erase', todo: [], rows }
    const [name, slice] = first
    const table = tables.find((one) => one.name === name)
    const task: SliceTask | undefined = table && { ...run, table, slice, erased }
    const end = task ? await brought(task) : { rows: 0, isWhole: true }
    if (end === 'pending') return rows === cursor.rows && todo === cursor.todo ? 'pending' : { ...cursor, todo, rows }
    rows += end.rows
    if (end.isWhole) todo = rest
  } while (Date.now() < until)
  return { ...cursor, todo, rows }
}

/** A file that went while it was read was replaced: the slice is begun again with what the manifest says now. */
async function brought(task: SliceTask) {
  try {
    return await syncSlice(task)
  } catch (fault) {
    if (!(fault instanceof MissingFile)) throw fault
    const { value: root } = await readRoot(task.env.LAKE, task.sync.workspace)
    const files = await filesOfSlice(task.env.LAKE, root, task.table, task.slice)
    if (!files.some(({ key }) => key === fault.key)) return { rows: 0, isWhole: false }
    log.error('a file of the lake is missing', { workspace: task.sync.workspace, key: fault.key })
    throw fault
  }
}

async function erase(run: Run, cursor: Cursor): Next {
  const erased = await erasePeople(run)
  return erased === 'pending' ? erased : { ...cursor, phase: 'end', erased: erased.rows }
}

function progress(cursor: Cursor): JobStep<Cursor> {
  const { phase, todo, rows, erased, total, generation } = cursor
  const before = { plan: 0, owners: 1, slices: 2, erase: 2, end: 3 }[phase]
  const done = before + Math.max(0, total - 3 - todo.length) * (phase === 'plan' || phase === 'owners' ? 0 : 1)
  return { cursor, done, total, result: { rows, erased, generation, slicesLeft: todo.length } }
}

async function noteBegin(env: Env, { workspace, id }: SyncRow, now: number): Promise<void> {
  await env.DB.prepare('UPDATE syncs SET started_at = ? WHERE workspace = ? AND id = ?').bind(now, workspace, id).run()
}

async function noteEnd(env: Env, { workspace, id, epoch }: SyncRow, cursor: Cursor, now: number): Promise<void> {
  await env.DB.prepare(
    `UPDATE syncs SET ended_at = ?, rows = ?, generation = ?, generation_at = ?
     WHERE workspace = ? AND id = ? AND epoch = ?`,
  )
    .bind(now, cursor.rows, cursor.generation, cursor.at, workspace, id, epoch)
    .run()
}

async function noteError(env: Env, { workspace, id }: SyncRow, error: string, now: number): Promise<void> {
  await env.DB.prepare('UPDATE syncs SET error = ?, error_at = ? WHERE workspace = ? AND id = ?')
    .bind(error.slice(0, 1_000), now, workspace, id)
    .run()
}
