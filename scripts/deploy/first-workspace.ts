import { existsSync, readFileSync } from 'node:fs'
import { mintWriteKey } from '../../platform/hashing.ts'
import { randomSecret } from '../../platform/new-workspace.ts'
import { asSqlFile, bootstrapStatements, newFirstWorkspace, tokenStatement } from '../bootstrap.ts'
import { writePrivately } from '../local/write-privately.ts'
import { DeployError } from './wrangler.ts'

/** What a deployment makes up by chance, and when: secrets once, the first workspace once, a token when asked. */
export interface WorkspaceState {
  readonly tokens: number
  /** Id of the oldest source, when there is one. */
  readonly source: string | undefined
}

export function workspaceState(row: { readonly [column: string]: unknown } | undefined): WorkspaceState {
  const source = row?.['source']
  return { tokens: Number(row?.['tokens'] ?? 0), source: typeof source === 'string' ? source : undefined }
}

export interface Bootstrap {
  readonly sql: string
  readonly sourceId: string
  readonly apiToken: string
}

/** What to add to the database, or undefined when everything is there and no new token is wanted. */
export function bootstrapFor(state: WorkspaceState, newToken: boolean, now: number): Bootstrap | undefined {
  if (state.tokens > 0 && !newToken) return undefined
  const fresh = newFirstWorkspace(now)
  // A run that broke off may have left a source: its write key may be in use already.
  const first = { ...fresh, sourceId: state.source ?? fresh.sourceId }
  const statements = state.tokens > 0 ? [tokenStatement(first)] : bootstrapStatements(first)
  return { sql: asSqlFile(statements), sourceId: first.sourceId, apiToken: first.apiToken }
}

export type Secrets = { readonly [name: string]: string }

/** The secrets made by the first deployment from this folder; made now when `make` is true and there are none. */
export function knownSecrets(path: string, names: readonly string[], make: boolean): Secrets | undefined {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Secrets
  if (!make) return undefined
  const secrets = Object.fromEntries(names.map((name) => [name, randomSecret()]))
  writePrivately(path, secrets)
  return secrets
}

/** The values for the missing names. @throws DeployError when the file has none for one of them */
export function pick(secrets: Secrets, names: readonly string[]): Secrets {
  const unknown = names.filter((name) => secrets[name] === undefined)
  if (unknown.length > 0) throw new DeployError(`The file of secrets has no ${unknown.join(', ')}. Add it by hand.`)
  return Object.fromEntries(names.map((name) => [name, secrets[name] as string]))
}

export function writeKey(secrets: Secrets | undefined, sourceId: string): string | undefined {
  const secret = secrets?.['WRITE_KEY_SECRET']
  return secret === undefined ? undefined : mintWriteKey(secret, sourceId)
}
