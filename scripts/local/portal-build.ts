import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { REPOSITORY } from './settings.ts'

/** The built portal, made anew when what it is made of is younger. */
export const PORTAL = join(REPOSITORY, 'portal')
export const BUILT = join(PORTAL, 'dist')

/** Besides its own sources it has the condition language; of all else types alone. */
const MADE_OF = [
  join(PORTAL, 'src'),
  join(PORTAL, 'public'),
  join(PORTAL, 'index.html'),
  join(PORTAL, 'vite.config.ts'),
  join(REPOSITORY, 'shared/segment'),
  join(REPOSITORY, 'shared/kernel'),
]

export function isBuilt(): boolean {
  const page = join(BUILT, 'index.html')
  if (!existsSync(page)) return false
  const builtAt = statSync(page).mtimeMs
  return MADE_OF.every((path) => newestIn(path) <= builtAt)
}

function newestIn(path: string): number {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  const inside = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return Math.max(found.mtimeMs, ...inside.map((name) => statSync(join(path, name)).mtimeMs))
}

/**
 * Builds into a folder beside and puts it in place at the end, so that nobody reads half a portal, and two who build at
 * once do not write into each other's files. @throws with Vite's words when it does not compile
 */
export async function buildPortal(stopped: AbortSignal): Promise<void> {
  const folder = join(PORTAL, `.building-${process.pid}`)
  try {
    await runVite(folder, stopped)
    await rm(BUILT, { recursive: true, force: true })
    // Somebody else may have been faster by a moment: then theirs is as good.
    await rename(folder, BUILT).catch((error) => {
      if (!existsSync(join(BUILT, 'index.html'))) throw error
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runVite(folder: string, stopped: AbortSignal): Promise<void> {
  const vite = join(REPOSITORY, 'node_modules/vite/bin/vite.js')
  const child = spawn(process.execPath, [vite, 'build', PORTAL, '--outDir', folder, '--logLevel', 'warn'], {
    cwd: REPOSITORY,
    // A test's own would give the development build of React, three times as large.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: stopped,
  })
  return ended(child)
}

function ended(child: ChildProcess): Promise<void> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      if (code === 0) done()
      else fail(new Error(`The portal does not build:\n${output}`))
    })
  })
}
