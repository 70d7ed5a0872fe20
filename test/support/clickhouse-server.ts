import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '../../scripts/local/settings.ts'
// @ts-expect-error a script for Node alone, without types
import { engineFolder } from '../engines/install.mjs'

/** The real engine of ClickHouse behind a server that speaks its HTTP protocol (test/engines/clickhouse-process.mjs). */
export interface ClickHouseServer {
  readonly url: string
  readonly password: string
  query(sql: string): Promise<Record<string, unknown>[]>
  /** As if the machine had lost power: it comes back with what it had written. */
  crash(): Promise<void>
  stop(): Promise<void>
}

const FOLDER = engineFolder('chdb') as string | undefined

/** Why the tests that need it are skipped; undefined: it is there. */
export const NO_CLICKHOUSE = FOLDER ? undefined : 'chdb is not installed (TRIBUTARY_ENGINES=1 installs it, 500 MB)'

export async function startClickHouse(): Promise<ClickHouseServer> {
  if (!FOLDER) throw new Error(NO_CLICKHOUSE)
  const data = mkdtempSync(join(tmpdir(), 'tributary-clickhouse-'))
  const password = 'a password'
  const script = join(REPOSITORY, 'test/engines/clickhouse-process.mjs')
  const start = (port: number) =>
    spawn(process.execPath, [script, FOLDER, data, password, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let child = start(0)
  const port = await portOf(child)
  const url = `http://127.0.0.1:${port}/`
  const ended = (signal: NodeJS.Signals) => {
    const exited = new Promise((resume) => child.once('exit', resume))
    child.kill(signal)
    return exited
  }
  return {
    url,
    password,
    async query(sql) {
      const headers = { 'X-ClickHouse-Key': password }
      const answer = await fetch(url, {
        method: 'POST',
        headers,
        body: /^SELECT/.test(sql) ? `${sql} FORMAT JSONEachRow` : sql,
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(text)
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    async crash() {
      await ended('SIGKILL')
      child = start(port)
      await portOf(child)
    },
    async stop() {
      await ended('SIGTERM')
      rmSync(data, { recursive: true, force: true })
    },
  }
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resume, fail) => {
    child.once('exit', (code) => fail(new Error(`ClickHouse ended with ${code}`)))
    child.stdout?.on('data', (chunk) => {
      const port = /port (\d+)/.exec(String(chunk))?.[1]
      if (port) resume(Number(port))
    })
  })
}
