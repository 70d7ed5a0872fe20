import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * By what name this machine compacts: the same again after a crash, so that a round that was left open is gone on with at
 * once. Two at a time have two names.
 */
export function compactorName(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'compactor.json')
  const before = known(path)
  if (before && before.pid !== process.pid && isAlive(before.pid)) return newName()
  const name = before?.name ?? newName()
  writeFileSync(path, JSON.stringify({ name, pid: process.pid }), { mode: 0o600 })
  return name
}

function newName(): string {
  return `cli-${randomUUID()}`
}

function known(path: string): { readonly name: string; readonly pid: number } | undefined {
  try {
    const { name, pid } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown; pid?: unknown }
    return typeof name === 'string' && typeof pid === 'number' ? { name, pid } : undefined
  } catch {
    return undefined // there was none, or it was cut short
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
