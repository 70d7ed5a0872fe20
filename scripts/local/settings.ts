import { join, resolve } from 'node:path'

/** Where a local Tributary lives, from the environment (contracts/http.md, "Starting it"). Reads nothing else. */
export interface LocalSettings {
  readonly port: number
  /** Absolute path of the folder that holds everything a local Tributary remembers. */
  readonly stateFolder: string
}

export type Environment = { readonly [name: string]: string | undefined }

/** A reason not to start that the person can do something about: shown alone, without a stack. */
export class StartError extends Error {}

export const REPOSITORY = join(import.meta.dirname, '../..')

const DEFAULT_PORT = 8787

/** @throws StartError when PORT is not a port number */
export function localSettings(env: Environment): LocalSettings {
  return { port: portOf(env['PORT']), stateFolder: stateFolderOf(env) }
}

/** `TRIBUTARY_STATE`, relative to the working folder; else `.tributary/` of this repository. */
export function stateFolderOf(env: Environment): string {
  const named = env['TRIBUTARY_STATE']
  return named ? resolve(named) : join(REPOSITORY, '.tributary')
}

function portOf(text: string | undefined): number {
  if (text === undefined || text.trim() === '') return DEFAULT_PORT
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new StartError(`PORT must be a number from 1 to 65535, and is ${text}.`)
  return port
}
