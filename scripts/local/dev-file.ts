import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, stateFolderOf } from './settings.ts'
import { writePrivately } from './write-privately.ts'

/**
 * `dev.json` in the state folder: how everything else on this machine finds the running Tributary. It exists only
 * while the server answers (contracts/http.md, "Starting it").
 */
export interface DevFile {
  readonly url: string
  readonly workspace: string
  readonly writeKey: string
  readonly apiToken: string
}

export function devFilePath(stateFolder: string): string {
  return join(stateFolder, 'dev.json')
}

export function writeDevFile(stateFolder: string, facts: DevFile): void {
  writePrivately(devFilePath(stateFolder), facts)
}

export function removeDevFile(stateFolder: string): void {
  rmSync(devFilePath(stateFolder), { force: true })
}

/**
 * The Tributary to talk to: the local one of `TRIBUTARY_STATE`, else the one that `TRIBUTARY_URL`,
 * `TRIBUTARY_WRITE_KEY` and `TRIBUTARY_TOKEN` name; undefined when there is neither.
 */
export function findTributary(env: Environment): Omit<DevFile, 'workspace'> | undefined {
  try {
    return JSON.parse(readFileSync(devFilePath(stateFolderOf(env)), 'utf8')) as DevFile
  } catch {
    const [url, writeKey, apiToken] = [env['TRIBUTARY_URL'], env['TRIBUTARY_WRITE_KEY'], env['TRIBUTARY_TOKEN']]
    return url && writeKey && apiToken ? { url: url.replace(/\/+$/, ''), writeKey, apiToken } : undefined
  }
}
