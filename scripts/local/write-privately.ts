import { renameSync, writeFileSync } from 'node:fs'

/** Writes a value as JSON, readable by this user alone. A rename, so that nobody ever reads half of it. */
export function writePrivately(path: string, value: unknown): void {
  const fresh = `${path}.${process.pid}.new`
  writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}
