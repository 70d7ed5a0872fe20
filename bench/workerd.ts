import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare'
import { bundleWorker } from '../scripts/local/bundle.ts'
import { applyMigrations } from '../scripts/local/migrations.ts'
import { REPOSITORY } from '../scripts/local/settings.ts'

export interface BenchServer {
  /** Over Miniflare's own port, for clients that come as clients do. */
  readonly url: URL
  /** The configuration, for what a bench needs to be there. */
  readonly database: D1Database
  /** Milliseconds of CPU that the runtime has used so far, all of its threads. Linux only. */
  cpuMs(): number
  fetch(
    path: string,
    body?: string,
  ): Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>
  /** Bytes of memory that the runtime had at most so far. Linux only. */
  peakMemory(): number
  stop(): Promise<void>
}

export interface BenchOptions {
  /** False: what is put on a queue is dropped, so that only the sending side is measured. */
  readonly consumers?: boolean
  /** Over those of wrangler.toml. */
  readonly bindings?: Readonly<Record<string, string>>
  /** Where the inspector listens, for a CPU profile (bench/profile.ts). */
  readonly inspectorPort?: number
}

/**
 * A bench's own entry in local workerd with the bindings of wrangler.toml and the objects it adds, its state on disk in
 * a folder that goes away with it.
 */
export async function startBenchServer(
  entry: string,
  objects: Readonly<Record<string, string>>,
  options: BenchOptions = {},
): Promise<BenchServer> {
  process.env['WRANGLER_LOG'] ??= 'error'
  const { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } = await import('wrangler')
  const { workerOptions, define } = unstable_getMiniflareWorkerOptions(join(REPOSITORY, 'wrangler.toml'))
  const {
    modulesRules: _,
    durableObjects,
    bindings,
    queueConsumers,
    assets: _portal,
    ...rest
  } = workerOptions as unknown as V4WorkerOptions & {
    modulesRules: unknown
    durableObjects: Record<string, unknown>
    bindings: Record<string, string>
    queueConsumers: unknown
    assets: unknown
  }
  const secrets = { WRITE_KEY_SECRET: 'bench', IDENTITY_SECRET: 'bench', CONFIG_SECRET: 'bench' }
  const added = Object.entries(objects).map(([name, className]) => [name, { className, useSQLite: true }])
  const before = new Set(runtimes())
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
  // Also of a bench that is stopped half-way: thousands of small databases.
  const forget = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', forget)
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...rest,
      ...(options.consumers === false ? {} : { queueConsumers }),
      durableObjects: { ...durableObjects, ...Object.fromEntries(added) },
      bindings: { ...bindings, ...secrets, ...options.bindings },
      modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundleWorker(entry, define) }],
      cf: false,
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      resourcePersistencePath: folder,
      ...(options.inspectorPort === undefined ? {} : { inspectorPort: options.inspectorPort }),
    } as V4WorkerOptions),
  )
  await miniflare.ready
  const database = await miniflare.getD1Database('DB')
  await applyMigrations(database, join(REPOSITORY, 'd1-migrations'), unstable_splitSqlQuery)
  await database
    .prepare("INSERT INTO workspaces (id, name, settings, created_at) VALUES ('bench', 'bench', '{}', 0)")
    .run()
  await database
    .prepare(
      "INSERT INTO sources (id, workspace, name, kind, created_at) VALUES ('src_bench0001', 'bench', 'bench', 'web', 0)",
    )
    .run()
  const pid = runtimes().find((one) => !before.has(one))
  return {
    url: await miniflare.ready,
    database: database as unknown as D1Database,
    cpuMs: () => (pid === undefined ? Number.NaN : cpuMsOf(pid)),
    fetch: (path, body) =>
      miniflare.dispatchFetch(`http://bench${path}`, body === undefined ? {} : { method: 'POST', body }),
    peakMemory: () => (pid === undefined ? Number.NaN : peakOf(pid)),
    async stop() {
      await miniflare.dispose()
      forget()
      process.off('exit', forget)
    },
  }
}

/** The workerd processes that this one has started. */
function runtimes(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    const stat = /^\d+$/.test(pid) ? statOf(pid) : undefined
    return stat?.name === 'workerd' && stat.parent === process.pid
  })
}

/** In Linux' ticks of 10 ms. */
function cpuMsOf(pid: string): number {
  return (statOf(pid)?.ticks ?? Number.NaN) * 10
}

/** proc(5): the name stands in parentheses and may hold anything; ppid is field 4, utime and stime 14 and 15. */
function statOf(pid: string) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    const fields = text.slice(end + 2).split(' ')
    const name = text.slice(text.indexOf('(') + 1, end)
    return { name, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined // it ended between the list and the look
  }
}

/** proc(5), in bytes. */
export function peakOf(pid: string): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes ?? Number.NaN) * 1_024
}
