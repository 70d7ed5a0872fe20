import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { keptSettings } from '../../platform/destination-settings.ts'
import type { JobStep } from '../../platform/jobs.ts'
import { readSilver } from '../../platform/lake-files.ts'
import { readGold, writeGold } from '../../platform/lake-gold.ts'
import { readDay, readRoot, swapRoot, writeSilver } from '../../platform/lake-manifest.ts'
import { runJobId, verifyJobId } from '../../platform/sync-runs.ts'
import type { openWarehouse } from '../../platform/warehouse-open.ts'
import { verifyJob } from '../../queues/sync-verify.ts'
import { syncJob } from '../../queues/sync-warehouse.ts'
import { applyMigrations } from '../../scripts/local/migrations.ts'
import { REPOSITORY } from '../../scripts/local/settings.ts'
import { isoDay, parseInstant } from '../../shared/kernel/instant.ts'
import { GOLD_TABLES, type GoldTable, type Row, type SilverTable } from '../../shared/lake/columns.ts'
import { partitionOf } from '../../shared/lake/lake-key.ts'
import { filesOf, filesOfHour, type LakeFile } from '../../shared/lake/manifest.ts'
import { mergedRows } from '../../shared/lake/split-lines.ts'
import { warehouseType } from '../../shared/warehouse/index.ts'
import type { SyncTable } from '../../shared/warehouse/wanted-tables.ts'
import type { WarehouseType } from '../../shared/warehouse/warehouse.ts'

/** A lake, made by hand in a local R2 and D1 from Node, and a sync of it: for tests against real servers. */
export interface Storage {
  readonly env: Env
  stop(): Promise<void>
}

export async function startStorage(): Promise<Storage> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-sync-'))
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: [{ type: 'ESModule', path: 'worker.js', contents: 'export default { fetch() {} }' }],
      compatibilityDate: '2026-09-01',
      r2Buckets: ['LAKE'],
      d1Databases: ['DB'],
      cf: false,
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      resourcePersistencePath: folder,
    }),
  )
  await miniflare.ready
  const DB = await miniflare.getD1Database('DB')
  const LAKE = await miniflare.getR2Bucket('LAKE')
  const { unstable_splitSqlQuery } = await import('wrangler')
  await applyMigrations(DB as never, join(REPOSITORY, 'd1-migrations'), unstable_splitSqlQuery)
  // What a sync touches, and no more.
  const env = { DB, LAKE, IDENTITY_SECRET: 'test-identity-secret', OUTBOUND: 'local' } as unknown as Env
  return {
    env,
    async stop() {
      await miniflare.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface StepOptions {
  readonly open?: typeof openWarehouse
  readonly stepMs?: number
  readonly env?: Env
  readonly twice?: boolean
}

let serial = 0

export class SyncWorld {
  readonly workspace: string
  readonly id: string
  readonly env: Env
  now = Date.now()
  #cursor: unknown = null
  #epoch = 0

  private constructor(env: Env, workspace: string, id: string) {
    this.env = env
    this.workspace = workspace
    this.id = id
  }

  static async make(
    { env }: Storage,
    type: string,
    settings: Record<string, unknown>,
    options: { readonly tables?: readonly SyncTable[]; readonly workspace?: string } = {},
  ): Promise<SyncWorld> {
    serial += 1
    const world = new SyncWorld(env, options.workspace ?? `ws-${process.pid}-${serial}`, `syn_${process.pid}x${serial}`)
    const kind = warehouseType(type) as WarehouseType
    const parsed = kind.settings.parse(settings)
    const kept = keptSettings(env.IDENTITY_SECRET, world, kind, parsed)
    await env.DB.prepare(
      `INSERT INTO syncs (workspace, id, type, name, enabled, tables, schedule, settings, sealed, created_at, updated_at)
       VALUES (?, ?, ?, 'test', 1, ?, 'hourly', ?, ?, 0, 0)`,
    )
      .bind(
        world.workspace,
        world.id,
        type,
        options.tables ? JSON.stringify(options.tables) : null,
        kept.open,
        kept.sealed,
      )
      .run()
    return world
  }

  /** Rows come into silver as compaction brings them: a file per hour of arrival. */
  async add(table: SilverTable, rows: readonly Row[]): Promise<void> {
    const { env, workspace } = this
    const parts = Map.groupBy(rows, (row) => JSON.stringify(partitionOf(Number(row['received_at']))))
    const { value: root } = await readRoot(env.LAKE, workspace)
    const changes = []
    for (const [partition, own] of parts) {
      const { day, hour } = JSON.parse(partition) as { day: string; hour: string }
      const file = await writeSilver(env.LAKE, workspace, table, mergedRows(table, own), {
        generation: root.generation + 1,
      })
      changes.push({ table, day, hour, add: [file], remove: [] })
    }
    await swapRoot(env.LAKE, workspace, changes, this.now)
  }

  /** Files of every hour become one, and the old ones go at once. */
  async tidy(table: SilverTable = 'events'): Promise<void> {
    await this.#rewrite(table, (rows) => rows)
  }

  /** A person is taken out of the lake, with a receipt as an erasure leaves it. */
  async erase(profile: string, leaves: readonly string[]): Promise<void> {
    const { env, workspace } = this
    this.#epoch += 1
    await env.DB.prepare(
      `INSERT INTO erasures (workspace, id, profile, mode, state, scope, stores, requested_at)
       VALUES (?, ?, ?, 'erase', 'open', ?, '{}', ?)`,
    )
      .bind(workspace, `ers_${this.id}_${this.#epoch}`, profile, JSON.stringify({ leaves, keys: [] }), this.now)
      .run()
    const ids = new Set([profile, ...leaves])
    const isTheirs = (row: Row) => ids.has(String(row['canonical_id'])) || ids.has(String(row['leaf']))
    await this.#rewrite('events', (rows) => rows.filter((row) => !isTheirs(row)))
    const { gold } = (await readRoot(env.LAKE, workspace)).value
    const tables: Partial<Record<GoldTable, readonly Row[]>> = {}
    for (const table of GOLD_TABLES)
      if (gold?.tables[table]) {
        const rows: Row[] = []
        for (const file of gold.tables[table])
          for (const row of await readGold(env.LAKE, table, [file]))
            if (!isTheirs(row)) rows.push({ ...row, [DAY]: file.from })
        tables[table] = rows
      }
    if (gold) await this.gold(tables)
  }

  /** Gold is built anew, all of it, of every day that it ever was of. Rows of tables by day say theirs with `DAY`. */
  async gold(tables: Partial<Record<GoldTable, readonly Row[]>>): Promise<void> {
    const { env, workspace } = this
    const { value: root } = await readRoot(env.LAKE, workspace)
    const generation = root.generation + 1
    const files: Record<string, LakeFile[]> = {}
    // Two files, so that a replacement has parts.
    for (const [table, rows] of Object.entries(tables) as [GoldTable, readonly Row[]][])
      for (const [day, own] of Map.groupBy(rows, (row) => Number(row[DAY] ?? 0)))
        for (const half of [own.slice(0, own.length >> 1), own.slice(own.length >> 1)])
          (files[table] ??= []).push(...(await writeGold(env.LAKE, workspace, table, half, { generation, day })))
    const days = { ...root.gold?.built }
    for (const { from } of Object.values(files).flat()) if (from > 0) days[isoDay(from)] = `of ${generation}`
    const built = { at: this.now, round: root.round, generation, tables: files, built: days, skipped: [] }
    await swapRoot(env.LAKE, workspace, [], this.now, () => ({ gold: built }))
  }

  /** The lake keeps a day no longer. */
  async forgetDay(day: string): Promise<void> {
    const { env, workspace } = this
    const { value: root } = await readRoot(env.LAKE, workspace)
    const { tables } = await readDay(env.LAKE, root, day)
    const changes = Object.entries(tables).flatMap(([table, hours]) =>
      Object.entries(hours).map(([hour, files]) => {
        const remove = files.map(({ key }) => key)
        return { table: table as SilverTable, day, hour, add: [], remove }
      }),
    )
    await swapRoot(env.LAKE, workspace, changes, this.now)
  }

  async #rewrite(table: SilverTable, keep: (rows: Row[]) => Row[]): Promise<void> {
    const { env, workspace } = this
    const { value: root } = await readRoot(env.LAKE, workspace)
    for (const day of Object.keys(root.days)) {
      const manifest = await readDay(env.LAKE, root, day)
      for (const hour of Object.keys(manifest.tables[table] ?? {})) {
        const old = filesOfHour(manifest, table, hour)
        const rows: Row[] = []
        for (const file of old) rows.push(...(await readSilver(env.LAKE, table, file)))
        const kept = mergedRows(table, keep(rows))
        const add =
          kept.length > 0
            ? [await writeSilver(env.LAKE, workspace, table, kept, { generation: root.generation + 1 })]
            : []
        const remove = old.map(({ key }) => key).filter((key) => !add.some((file) => file.key === key))
        await swapRoot(env.LAKE, workspace, [{ table, day, hour, add, remove }], this.now)
        await env.LAKE.delete(remove)
      }
    }
  }

  /** Everything that silver has of a table. */
  async rows(table: SilverTable): Promise<Row[]> {
    const { value: root } = await readRoot(this.env.LAKE, this.workspace)
    const rows: Row[] = []
    for (const day of Object.keys(root.days).sort())
      for (const file of filesOf(await readDay(this.env.LAKE, root, day), table))
        rows.push(...(await readSilver(this.env.LAKE, table, file)))
    return rows
  }

  /** Everything that gold has, by table. */
  async goldRows(): Promise<Partial<Record<GoldTable, readonly Row[]>>> {
    const { gold } = (await readRoot(this.env.LAKE, this.workspace)).value
    const all: Partial<Record<GoldTable, readonly Row[]>> = {}
    for (const table of GOLD_TABLES) all[table] = await readGold(this.env.LAKE, table, gold?.tables[table] ?? [])
    return all
  }

  /** One step of a run. When it throws, the next one begins where it began, as after a crash; `twice`: its record is lost. */
  async step(options: StepOptions = {}) {
    const { env = this.env, twice = false, ...rest } = options
    const job = { id: runJobId(this.id), workspace: this.workspace, input: {}, cursor: this.#cursor }
    const kind = syncJob(rest)
    const once = () => kind.step(env, { ...job, done: 0, total: 0, errors: 0 }, this.now)
    if (twice) await once()
    const step = await once()
    this.#cursor = step.finished || step.failed !== undefined ? null : step.cursor
    return step
  }

  /** A whole run. Answers its last step. */
  async run(options: StepOptions = {}): Promise<JobStep> {
    for (let steps = 0; steps < 1_000; steps++) {
      const step = await this.step(options)
      if (step.finished || step.failed !== undefined) return step
      if (step.waitMs) await new Promise((resume) => setTimeout(resume, 20))
    }
    throw new Error('the run does not end')
  }

  async verify(options: { readonly open?: typeof openWarehouse } = {}) {
    let cursor: unknown = null
    for (let steps = 0; steps < 200; steps++) {
      const job = { id: verifyJobId(this.id), workspace: this.workspace, input: {}, cursor }
      const step = await verifyJob(options.open).step(this.env, { ...job, done: 0, total: 0, errors: 0 }, this.now)
      if (step.failed !== undefined) throw new Error(step.failed)
      // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
      if (step.finished) return step.result as any
      cursor = step.cursor
    }
    throw new Error('the comparison does not end')
  }
}

/** Start of the day of arrival of a row of gold, epoch milliseconds; no column of the lake. */
export const DAY = '_day'

/** An event as silver has it. */
export function anEvent(n: number, person: string, at: number, more: Row = {}): Row {
  return {
    message_id: `m${n}`,
    source: 'src_web',
    type: 'track',
    name: 'Order Completed',
    timestamp: at,
    received_at: at,
    canonical_id: person,
    leaf: person,
    user_id: null,
    anonymous_id: `a${n}`,
    previous_id: null,
    group_id: null,
    category: null,
    properties: { n, text: `it's "quoted" \\ and\nbroken`, nested: { list: [1, null, true] } },
    traits: null,
    context: { ip: '203.0.113.7' },
    integrations: null,
    extra: null,
    consents: null,
    late: false,
    clock: false,
    original_timestamp: null,
    sent_at: null,
    copy_id: `c${n}`,
    ...more,
  }
}

/** A merge as the profiles tell it: the winner takes the loser's leaves. */
export function aMerge(seq: number, winner: string, loser: string, at: number): Row {
  return {
    key: `mrg_${seq}`,
    change: 'merged',
    canonical_id: winner,
    other: loser,
    merge_id: `mrg_${seq}`,
    received_at: at,
  }
}

/** The split of a merge: the loser has its leaves again. */
export function aSplit(seq: number, merge: number, winner: string, loser: string, at: number): Row {
  return {
    key: `rel_${seq}`,
    change: 'unmerged',
    canonical_id: winner,
    other: loser,
    merge_id: `mrg_${merge}`,
    received_at: at,
  }
}

export function dayOf(text: string): number {
  return parseInstant(text) ?? Number.NaN
}
