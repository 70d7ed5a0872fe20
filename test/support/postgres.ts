import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './local-server.ts'

/** A PostgreSQL of a test's own: Debian's server in a temporary folder, on a free port, stopped by its process. */
export interface PostgresServer {
  readonly port: number
  readonly user: string
  readonly password: string
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** As if the machine had lost power: connections break, and it comes back with what was committed. */
  crash(): Promise<void>
  stop(): Promise<void>
}

const ROOT = '/usr/lib/postgresql'

/** The folder of the newest server that is installed. */
export function postgresFolder(): string | undefined {
  if (!existsSync(ROOT)) return undefined
  const versions = readdirSync(ROOT).filter((name) => existsSync(join(ROOT, name, 'bin', 'postgres')))
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  return newest && join(ROOT, newest, 'bin')
}

/** Why the tests that need it are skipped; undefined: it is there. */
export const NO_POSTGRES = postgresFolder()
  ? undefined
  : `there is no PostgreSQL in ${ROOT} (apt-get install postgresql)`

export async function startPostgres(): Promise<PostgresServer> {
  const bin = postgresFolder()
  if (!bin) throw new Error(NO_POSTGRES)
  const folder = mkdtempSync(join(tmpdir(), 'tributary-postgres-'))
  // It refuses to run as root.
  const who = process.getuid?.() === 0 ? otherUser() : undefined
  if (who) chownSync(folder, who.uid, who.gid)
  const data = join(folder, 'data')
  const quiet = { ...who, cwd: folder, stdio: 'ignore' as const }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'tester', '--auth=trust', '-E', 'UTF8', '--no-sync'], quiet)
  const port = await freePort()
  const begin = () =>
    spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'], {
      ...quiet,
    })
  let server = begin()
  const settings = { host: '127.0.0.1', port, database: 'postgres', user: 'tester', password: 'secret' }
  const pool = new pg.Pool({ ...settings, max: 2 })
  pool.on('error', () => {})
  const up = async () => {
    for (let tries = 0; ; tries++) {
      try {
        return await pool.query('SELECT 1')
      } catch (fault) {
        if (tries > 200) throw fault
        await new Promise((resume) => setTimeout(resume, 50))
      }
    }
  }
  await up()
  const ended = async (signal: NodeJS.Signals) => {
    const exited = new Promise((resume) => server.once('exit', resume))
    server.kill(signal)
    await exited
  }
  return {
    port,
    user: settings.user,
    password: settings.password,
    query: async (sql, values = []) => (await pool.query(sql, [...values])).rows,
    async crash() {
      await ended('SIGQUIT')
      server = begin()
      await up()
    },
    async stop() {
      await pool.end()
      await ended('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function otherUser(): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
