import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  convertV4MiniflareOptions,
  type Json,
  Log,
  LogLevel,
  Miniflare,
  Response,
  type V4WorkerOptions,
} from 'miniflare'
import type { CodeCall } from '../../platform/customer-code-load.ts'
import { bundleLocalWorker } from './bundle.ts'
import { openCodeProcess } from './code-process.ts'
import { codeRunner } from './code-runner.ts'
import { CONTROL_PATH, CONTROL_TOKEN_HEADER, type ControlRequest, type LocalFacts, type Standstill } from './control.ts'
import type { MigrationDatabase } from './migrations.ts'
import { keepingSignals } from './own-signals.ts'
import { portalFiles } from './portal-files.ts'
import { REPOSITORY, StartError } from './settings.ts'

/**
 * The running runtime: the Worker of this repository in local workerd, with the bindings of wrangler.toml, its data in
 * a folder. Ends with `stop`; at process exit whatever is left of it is killed.
 */
export interface LocalRuntime {
  readonly database: MigrationDatabase
  splitSql(sql: string): string[]
  fetch(path: string): Promise<{ readonly status: number; text(): Promise<string> }>
  runScheduled(): Promise<void>
  ask(request: ControlRequest): Promise<Standstill>
  stop(): Promise<void>
}

export interface RuntimeOptions {
  readonly port: number
  readonly dataFolder: string
  readonly secrets: { readonly [name: string]: string }
}

/** @throws StartError when the program does not compile or the runtime does not come up */
export async function startRuntime(options: RuntimeOptions): Promise<LocalRuntime> {
  const wrangler = await quietWrangler()
  const fromToml = wrangler.unstable_getMiniflareWorkerOptions(join(REPOSITORY, 'wrangler.toml'))
  const { define } = fromToml
  // esbuild has applied the module rules. The type says too little: an Omit over a union keeps only common fields.
  // The files of the portal are served here (portal-files.ts): Miniflare would put two more Workers before every request.
  const { modulesRules: _applied, assets, ...workerOptions } = fromToml.workerOptions as unknown as TomlOptions
  const token = randomBytes(32).toString('base64url')
  const portal = portalFiles()
  const runner = codeRunner({ open: openCodeProcess, now: Date.now, sleep })
  const worker: V4WorkerOptions = {
    ...workerOptions,
    modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundleLocalWorker(define) }],
    bindings: {
      ...workerOptions.bindings,
      // One machine needs few, and every object keeps files open.
      AUDIENCE_SHARDS: '4',
      // A developer's own endpoints are on this machine.
      OUTBOUND: 'local',
      ...options.secrets,
      LOCAL: { ...localFacts(workerOptions, token), workerFirst: assets.run_worker_first } as unknown as Json,
    },
    serviceBindings: {
      ASSETS: async (request) => miniflareResponse(await portal.answer(request.url)),
      // Instead of the loader: a loop in customer code must not stop everything (platform/customer-code.ts).
      CODE_RUNNER: async (request) => Response.json(await runner.run((await request.json()) as CodeCall)),
    },
  }
  const miniflare = keepingSignals(
    () =>
      new Miniflare(
        convertV4MiniflareOptions({
          ...worker,
          host: '127.0.0.1',
          port: options.port,
          cf: false, // Else Miniflare asks the network for a sample of Request.cf, and warns when it cannot.
          log: new Log(LogLevel.WARN),
          logRequests: false,
          telemetry: { enabled: false },
          resourcePersistencePath: options.dataFolder,
        }),
      ),
  )
  let stopped: Promise<unknown> | undefined
  const stop = async () => void (await (stopped ??= Promise.all([portal.stop(), miniflare.dispose(), runner.stop()])))
  try {
    await miniflare.ready
  } catch (error) {
    await stop().catch(() => {}) // It fails with the same error once more.
    throw new StartError(`The runtime did not come up: ${error instanceof Error ? error.message : error}`)
  }
  const database = await miniflare.getD1Database('DB')
  // The handlers of a Worker, which Miniflare's type leaves out.
  const entry = (await miniflare.getWorker()) as unknown as { scheduled(run: ScheduledRun): Promise<unknown> }
  return {
    database,
    splitSql: wrangler.unstable_splitSqlQuery,
    fetch: (path) => miniflare.dispatchFetch(`http://127.0.0.1:${options.port}${path}`),
    async runScheduled() {
      for (const cron of workerOptions.cronTriggers ?? []) await entry.scheduled({ cron, scheduledTime: new Date() })
    },
    async ask(request) {
      const answer = await miniflare.dispatchFetch(`http://127.0.0.1:${options.port}${CONTROL_PATH}`, {
        method: 'POST',
        headers: { [CONTROL_TOKEN_HEADER]: token },
        body: JSON.stringify(request),
      })
      return (await answer.json()) as Standstill
    },
    stop,
  }
}

/** wrangler tells of .dev.vars, missing secrets and updates; none of it concerns us, who pass the secrets ourselves. */
async function quietWrangler() {
  process.env['WRANGLER_LOG'] ??= 'error'
  process.env['WRANGLER_SEND_METRICS'] ??= 'false'
  return import('wrangler')
}

/** What wrangler makes of wrangler.toml, as far as we read it. */
interface TomlOptions {
  readonly modulesRules: unknown
  readonly bindings: { readonly [name: string]: string }
  readonly cronTriggers?: string[]
  readonly assets: { readonly run_worker_first: readonly string[] }
  readonly queueProducers: { readonly [binding: string]: { readonly queueName: string } }
  readonly queueConsumers: {
    readonly [queue: string]: { retryDelay?: number; maxRetries?: number; deadLetterQueue?: string }
  }
}

/** Miniflare takes its own class of the same kind. */
async function miniflareResponse(response: globalThis.Response): Promise<Response> {
  const body = await response.arrayBuffer()
  return new Response(body, { status: response.status, headers: Object.fromEntries(response.headers) })
}

function localFacts(
  worker: Pick<TomlOptions, 'queueConsumers' | 'queueProducers'>,
  token: string,
): Omit<LocalFacts, 'workerFirst'> {
  const consumers = Object.entries(worker.queueConsumers)
  const consumed = Object.entries(worker.queueProducers).filter(
    ([, { queueName }]) => queueName in worker.queueConsumers,
  )
  return {
    token,
    queueBindings: consumed.map(([binding]) => binding),
    consumers: Object.fromEntries(
      consumers.map(([queue, { retryDelay = 0, maxRetries = 2, deadLetterQueue }]) => [
        queue,
        { retryDelay, dropsAfter: deadLetterQueue === undefined ? maxRetries + 1 : null },
      ]),
    ),
  }
}

interface ScheduledRun {
  readonly cron: string
  readonly scheduledTime: Date
}
