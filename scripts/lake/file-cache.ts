import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { devFilePath } from '../local/dev-file.ts'
import { type Environment, stateFolderOf } from '../local/settings.ts'

/**
 * Files of the lake on disk. They never change under their name, so what is there is right. A name from elsewhere never
 * becomes a path: files are called after its hash.
 */
export interface FileCache {
  readonly folder: string
  path(key: string): string
  has(key: string): boolean
  read(key: string): Uint8Array<ArrayBuffer> | undefined
  write(key: string, body: Uint8Array): void
  /** What is not among these goes (somebody may have been erased from it), and of the rest the longest unused. */
  keepOnly(keys: Iterable<string>): void
}

const MOST_BYTES = 10_000_000_000

export function fileCache(folder: string, mostBytes: number = MOST_BYTES): FileCache {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = (key: string) => join(folder, nameOf(key))
  return {
    folder,
    path,
    has(key) {
      if (!existsSync(path(key))) return false
      const now = new Date()
      utimesSync(path(key), now, now)
      return true
    },
    read(key) {
      return this.has(key) ? new Uint8Array(readFileSync(path(key))) : undefined
    },
    write(key, body) {
      // Under its name at once or not at all: two commands may be at it.
      const unfinished = `${path(key)}.${process.pid}`
      writeFileSync(unfinished, body, { mode: 0o600 })
      renameSync(unfinished, path(key))
    },
    keepOnly(keys) {
      const kept = new Set([...keys].map(nameOf))
      const files = readdirSync(folder).map((name) => ({ name, ...aboutFile(join(folder, name)) }))
      let bytes = 0
      for (const { name, size } of files.toSorted((a, b) => b.usedAt - a.usedAt)) {
        bytes += size
        if (!kept.has(name) || bytes > mostBytes) rmSync(join(folder, name), { force: true })
      }
    },
  }
}

function nameOf(key: string): string {
  const ending = /\.[a-z]+$/.exec(key)?.[0] ?? ''
  return `${createHash('sha256').update(key).digest('hex').slice(0, 40)}${ending}`
}

function aboutFile(path: string) {
  const about = statSync(path, { throwIfNoEntry: false })
  return { size: about?.size ?? 0, usedAt: about?.mtimeMs ?? 0 }
}

/** Beside the state of a local server, which goes with it; of another one in the person's own cache. */
export function cacheFolder(env: Environment, url: string, workspace: string): string {
  const state = stateFolderOf(env)
  const name = createHash('sha256').update(`${url}\n${workspace}`).digest('hex').slice(0, 16)
  if (existsSync(devFilePath(state))) return join(state, 'lake-cache', name)
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tributary', 'lake', name)
}
