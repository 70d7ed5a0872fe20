import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare'
import { bundleWorker } from '../scripts/local/bundle.ts'
import { applyMigrations } from '../scripts/local/migrations.ts'
import { REPOSITORY } from '../scripts/local/settings.ts'

export interface BenchServer {
  fetch(path: string): Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>
  stop(): Promise<void>
}

/**
 * A bench's own entry in local workerd with the bindings of wrangler.toml and the objects it adds, its state on disk in
 * a folder that goes away with it.
 */
export async function startBenchServer(entry: string, objects: Readonly<Record<string, string>>): Promise<BenchServer> {
  process.env['WRANGLER_LOG'] ??= 'error'
  const { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } = await import('wrangler')
  const { workerOptions, define } = unstable_getMiniflareWorkerOptions(join(REPOSITORY, 'wrangler.toml'))
  const {
    modulesRules: _,
    durableObjects,
    bindings,
    ...rest
  } = workerOptions as unknown as V4WorkerOptions & {
    modulesRules: unknown
    durableObjects: Record<string, unknown>
    bindings: Record<string, string>
  }
  const added = Object.entries(objects).map(([name, className]) => [name, { className, useSQLite: true }])
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'))
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...rest,
      durableObjects: { ...durableObjects, ...Object.fromEntries(added) },
      bindings: { ...bindings, WRITE_KEY_SECRET: 'bench', IDENTITY_SECRET: 'bench', CONFIG_SECRET: 'bench' },
      modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundleWorker(entry, define) }],
      cf: false,
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      resourcePersistencePath: folder,
    } as V4WorkerOptions),
  )
  await miniflare.ready
  const database = await miniflare.getD1Database('DB')
  await applyMigrations(database, join(REPOSITORY, 'd1-migrations'), unstable_splitSqlQuery)
  await database
    .prepare("INSERT INTO workspaces (id, name, settings, created_at) VALUES ('bench', 'bench', '{}', 0)")
    .run()
  return {
    fetch: (path) => miniflare.dispatchFetch(`http://bench${path}`),
    async stop() {
      await miniflare.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
