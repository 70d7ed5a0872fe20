import { waitUntil } from 'cloudflare:workers'
import {
  type SegmentDefinition,
  type SourceConfig,
  type WorkspaceConfig,
  WorkspaceSettings,
} from '../shared/config/workspace-config.ts'
import { parseCondition } from '../shared/segment/condition.ts'
import { FreshCache, type FreshCacheOptions } from './fresh-cache.ts'

/**
 * Who may send and what is looked for, from D1 through an in-isolate cache. Under steady traffic no request waits for
 * D1: what is two seconds old is refreshed behind the answer. A change is seen within five seconds everywhere; while D1
 * cannot be read, the last good configuration goes on serving. A failure to read is never mistaken for absence.
 */
export type Unread = 'unknown' | 'unreadable'

export interface TokenConfig {
  readonly id: string
  readonly workspace: string
  readonly scopes: readonly string[]
  /** Epoch milliseconds, or null: never. */
  readonly expiresAt: number | null
}

interface Caches {
  readonly sources: FreshCache<SourceConfig>
  readonly workspaces: FreshCache<WorkspaceConfig>
  readonly tokens: FreshCache<TokenConfig>
}

/** One set of caches per database binding and isolate. */
const shared = new WeakMap<D1Database, Caches>()

export class ConfigStore {
  readonly #db: D1Database
  readonly #caches: Caches

  constructor(db: D1Database, options: FreshCacheOptions = { now: Date.now, defer: waitUntil }) {
    this.#db = db
    let caches = shared.get(db)
    if (!caches) {
      caches = {
        sources: new FreshCache(options),
        workspaces: new FreshCache(options),
        tokens: new FreshCache(options),
      }
      shared.set(db, caches)
    }
    this.#caches = caches
  }

  source(id: string): Promise<SourceConfig | Unread> {
    return this.#caches.sources.get(id, () => this.#readSource(id))
  }

  /** With `atLeastVersion`, a cached configuration that is older is read again before answering. */
  workspace(id: string, atLeastVersion = 0): Promise<WorkspaceConfig | Unread> {
    const newEnough = (config: WorkspaceConfig) => config.version >= atLeastVersion
    return this.#caches.workspaces.get(id, () => this.#readWorkspace(id), newEnough)
  }

  /** By the token's hash (platform/hashing.ts). */
  token(hash: string): Promise<TokenConfig | Unread> {
    return this.#caches.tokens.get(hash, () => this.#readToken(hash))
  }

  async #readSource(id: string): Promise<SourceConfig | undefined> {
    const row = await this.#db
      .prepare('SELECT id, workspace, name, kind, enabled FROM sources WHERE id = ?')
      .bind(id)
      .first<Omit<SourceConfig, 'enabled'> & { enabled: number }>()
    return row ? { ...row, enabled: row.enabled === 1 } : undefined
  }

  async #readWorkspace(id: string): Promise<WorkspaceConfig | undefined> {
    const [workspaces, segments] = await this.#db.batch<Record<string, string | number>>([
      this.#db.prepare('SELECT config_version, settings FROM workspaces WHERE id = ?').bind(id),
      this.#db.prepare('SELECT key, name, version, condition FROM segments WHERE workspace = ? ORDER BY key').bind(id),
    ])
    const row = workspaces?.results[0]
    if (!row) return undefined
    return {
      id,
      version: Number(row['config_version']),
      settings: WorkspaceSettings.parse(JSON.parse(String(row['settings']))),
      segments: (segments?.results ?? []).flatMap((segment) => definitionOf(id, segment)),
    }
  }

  async #readToken(hash: string): Promise<TokenConfig | undefined> {
    const row = await this.#db
      .prepare('SELECT id, workspace, scopes, expires_at AS expiresAt FROM tokens WHERE hash = ?')
      .bind(hash)
      .first<Omit<TokenConfig, 'scopes'> & { scopes: string }>()
    return row ? { ...row, scopes: JSON.parse(row.scopes) as string[] } : undefined
  }
}

/** A definition that this code cannot read is left out and reported: one bad row must not stop a workspace. */
function definitionOf(workspace: string, row: Record<string, string | number>): readonly SegmentDefinition[] {
  const condition = parseCondition(JSON.parse(String(row['condition'])))
  if (!condition.ok) {
    console.error(`segment ${workspace}/${row['key']} is not readable`, condition.failure)
    return []
  }
  const { key, name, version } = row
  return [{ key: String(key), name: String(name), version: Number(version), condition: condition.value }]
}
