import { linkSync, mkdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StartError } from './settings.ts'

/**
 * Claims the state folder for this process: the folder exists, can be written, and no other Tributary uses it. SQLite
 * files under two runtimes at once would be damaged, so the claim is a lock file with the owner's pid.
 */
export interface StateFolder {
  readonly path: string
  /** Gives the claim back, and answers whether there was one; synchronous, for the end of the process. */
  release(): boolean
}

/** @throws StartError when the folder cannot be used, naming the folder and why */
export function claimStateFolder(path: string): StateFolder {
  makeWritable(path)
  const lock = join(path, 'lock')
  const mine = `${lock}.${process.pid}`
  writeFileSync(mine, `${process.pid}\n`, { mode: 0o600 })
  try {
    takeLock(path, lock, mine)
  } finally {
    rmSync(mine, { force: true })
  }
  return {
    path,
    release() {
      const mine = ownerOf(lock) === process.pid
      if (mine) rmSync(lock, { force: true })
      return mine
    },
  }
}

/** Permission bits say nothing to root and little about read-only mounts: only writing a file proves it. */
function makeWritable(path: string): void {
  try {
    makeFolder(path)
    const probe = join(path, `.probe-${process.pid}`)
    writeFileSync(probe, 'x')
    unlinkSync(probe)
  } catch (error) {
    throw new StartError(
      `The state folder ${path} cannot be used: ${because(error)}. ` +
        'Name another one: TRIBUTARY_STATE=/path/to/folder npm start',
    )
  }
}

/** Not `recursive: true`: Node never returns from that below /proc, where a new folder answers ENOENT. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}

function because(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'it, or a part of its path, is a file'
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there'
  if (code === 'EROFS') return 'it is on a read-only file system'
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'ENOENT') return 'it cannot be made there'
  return error instanceof Error ? error.message : String(error)
}

/** `link` creates the lock with its content in one step, so nobody ever reads an empty one. */
function takeLock(path: string, lock: string, mine: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      linkSync(mine, lock)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = ownerOf(lock)
      if (attempt > 0 || (owner !== undefined && isTributary(owner))) {
        throw new StartError(
          `Another Tributary (process ${owner ?? 'unknown'}) is using the state folder ${path}. ` +
            'Stop it, or name another folder: TRIBUTARY_STATE=/path/to/folder npm start',
        )
      }
      rmSync(lock, { force: true }) // Left behind by a process that was killed.
    }
  }
}

function ownerOf(lock: string): number | undefined {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** Whether a process is alive and, where that can be told, is a `npm start`: pids are used again after a restart. */
function isTributary(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('scripts/local/main.ts')
  } catch {
    return true
  }
}
