import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker } from '../scripts/local/bundle.ts'
import { REPOSITORY } from '../scripts/local/settings.ts'
import type { BenchServer } from './workerd.ts'

/**
 * A bench's own entry in workerd alone, `workerd serve` with its objects on disk: no simulator between the client and the
 * program, so the honest floor (platform.md). It has no R2 and no queue, what is put on one is thrown away; and of D1 what a
 * workspace without any configuration answers.
 */
export async function startRawServer(
  entry: string,
  added: Readonly<Record<string, string>>,
): Promise<Pick<BenchServer, 'fetch' | 'stop'>> {
  process.env['WRANGLER_LOG'] ??= 'error'
  const { unstable_getMiniflareWorkerOptions } = await import('wrangler')
  const { workerOptions, define } = unstable_getMiniflareWorkerOptions(join(REPOSITORY, 'wrangler.toml'))
  // What Miniflare's options have of wrangler.toml, which the tests and `npm start` take as well.
  const { durableObjects, queueProducers, bindings, compatibilityDate, compatibilityFlags } =
    workerOptions as unknown as FromWrangler
  const objects = { ...namesOf(durableObjects), ...added }
  const queues = Object.keys(queueProducers)
  const folder = mkdtempSync(join(tmpdir(), 'tributary-raw-'))
  const forget = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', forget)
  mkdirSync(join(folder, 'objects'))
  writeFileSync(join(folder, 'worker.js'), await bundleWorker(entry, define))
  writeFileSync(join(folder, 'sink.js'), SINK)
  const port = await freePort()
  const texts = { ...bindings, WRITE_KEY_SECRET: 'bench', IDENTITY_SECRET: 'bench', CONFIG_SECRET: 'bench' }
  const flags = compatibilityFlags ?? []
  writeFileSync(
    join(folder, 'config.capnp'),
    configOf({ port, objects, queues, texts, date: compatibilityDate, flags }),
  )
  const { default: binary } = createRequire(import.meta.url)('workerd') as { readonly default: string }
  const child = spawn(binary, ['serve', '--experimental', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd: folder,
  })
  const url = `http://127.0.0.1:${port}`
  await untilListening(child, url)
  return {
    fetch: (path) => fetch(`${url}${path}`),
    async stop() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
      forget()
      process.off('exit', forget)
    },
  }
}

interface FromWrangler {
  readonly durableObjects: Readonly<Record<string, string | { readonly className: string }>>
  readonly queueProducers: Readonly<Record<string, unknown>>
  readonly bindings: Readonly<Record<string, string>>
  readonly compatibilityDate: string
  readonly compatibilityFlags?: readonly string[]
}

function namesOf(objects: FromWrangler['durableObjects']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objects).map(([name, object]) => [name, typeof object === 'string' ? object : object.className]),
  )
}

/** Takes every message and forgets it; and answers D1's own API as if all tables were empty but for one workspace. */
const SINK = `export default {
  async fetch(request) {
    if (new URL(request.url).pathname !== '/query') return Response.json({ outcome: 'ok' })
    const asked = await request.json()
    const answerOf = ({ sql }) => ({
      success: true,
      meta: {},
      results: sql.includes('FROM workspaces') ? [{ config_version: 1, settings: '{}' }] : [],
    })
    return Response.json(Array.isArray(asked) ? asked.map(answerOf) : [answerOf(asked)])
  },
}`

interface Config {
  readonly port: number
  /** Class by binding. */
  readonly objects: Readonly<Record<string, string>>
  readonly queues: readonly string[]
  readonly texts: Readonly<Record<string, string>>
  readonly date: string
  readonly flags: readonly string[]
}

/** https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
function configOf({ port, objects, queues, texts, date, flags }: Config): string {
  const text = (value: string) => JSON.stringify(value)
  const list = (lines: readonly string[]) => `[\n    ${lines.join(',\n    ')}\n  ]`
  const namespaces = [...new Set(Object.values(objects))].map(
    (name) => `(className = ${text(name)}, uniqueKey = ${text(name)}, enableSql = true)`,
  )
  const bindings = [
    ...Object.entries(objects).map(([name, of]) => `(name = ${text(name)}, durableObjectNamespace = ${text(of)})`),
    ...Object.entries(texts).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...queues.map((name) => `(name = ${text(name)}, queue = "sink")`),
    '(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "sink")]))',
  ]
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "sink", worker = .sink),
    (name = "objects", disk = (path = "objects", writable = true))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = ${text(date)},
  compatibilityFlags = [${flags.map(text).join(', ')}],
  durableObjectStorage = (localDisk = "objects"),
  durableObjectNamespaces = ${list(namespaces)},
  bindings = ${list(bindings)}
);

const sink :Workerd.Worker = (
  modules = [(name = "sink.js", esModule = embed "sink.js")],
  compatibilityDate = ${text(date)}
);
`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

async function untilListening(child: ChildProcess, url: string): Promise<void> {
  for (let tries = 0; child.exitCode === null; tries++) {
    const isThere = await fetch(url).then(
      (answer) => answer.body?.cancel().then(() => true) ?? true,
      () => false,
    )
    if (isThere) return
    if (tries > 600) break
    await new Promise((resume) => setTimeout(resume, 50))
  }
  throw new Error('workerd did not begin to listen')
}
