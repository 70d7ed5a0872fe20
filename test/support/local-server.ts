import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Tributary started as a user starts it, on a free port with a state folder of its own. */
export interface LocalServer {
  readonly url: string
  readonly writeKey: string
  readonly apiToken: string
  readonly state: string
  /** What it printed so far. */
  output(): string
  /** Sends SIGTERM and waits; answers the exit code. The state folder goes with it unless it was given. */
  stop(): Promise<number | null>
}

export async function startLocalServer(given?: { readonly state: string }): Promise<LocalServer> {
  const state = given?.state ?? mkdtempSync(join(tmpdir(), 'tributary-'))
  const port = await freePort()
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    env: { ...process.env, PORT: String(port), TRIBUTARY_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const exited = new Promise<number | null>((resume) => child.once('exit', resume))
  const dev = await devFile(join(state, 'dev.json'), child, () => output)
  return {
    ...dev,
    state,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      const code = await exited
      if (!given) rmSync(state, { recursive: true, force: true })
      return code
    },
  }
}

async function devFile(path: string, child: ChildProcess, output: () => string) {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output()}`)
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as { url: string; writeKey: string; apiToken: string }
    } catch {
      await new Promise((resume) => setTimeout(resume, 50)) // it is written once the server answers
    }
  }
  child.kill('SIGKILL')
  throw new Error(`the server did not come up:\n${output()}`)
}

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resume) => probe.listen(0, '127.0.0.1', resume))
  const address = probe.address()
  await new Promise((resume) => probe.close(resume))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
