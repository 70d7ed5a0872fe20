import { waitUntil } from 'cloudflare:workers'
import { connectionOf, PipelineSettings } from '../shared/config/pipeline-settings.ts'
import {
  type ComputedTraitDefinition,
  type SegmentDefinition,
  type SourceConfig,
  type WorkspaceConfig,
  WorkspaceSettings,
} from '../shared/config/workspace-config.ts'
import { type Grant, grantOfToken } from '../shared/contract/roles.ts'
import type { DestinationConfig } from '../shared/destination/destination-config.ts'
import { jsonOf } from '../shared/kernel/json.ts'
import type { PipelineConfig } from '../shared/pipeline/pipeline-config.ts'
import { Aggregate } from '../shared/segment/aggregate.ts'
import { parseCondition } from '../shared/segment/condition.ts'
import { DESTINATION_COLUMNS, type DestinationRow, readableDestination } from './destination-row.ts'
import { FreshCache, type FreshCacheOptions } from './fresh-cache.ts'
import { log } from './log.ts'
import { ownSource } from './own-source.ts'
import { patience } from './patience.ts'
import { OBSERVER_TYPES, observerOf } from './plugin-observer.ts'
import { PLUGIN_COLUMNS, type PluginRow, readablePlugin } from './plugin-row.ts'
import { readPipeline } from './read-pipeline.ts'
import { SOURCE_COLUMNS, type SourceRow, sourceConfigOf } from './source-row.ts'

/**
 * Who may send and what is looked for, from D1 through an in-isolate cache. Under steady traffic no request waits for
 * D1: what is two seconds old is refreshed behind the answer. A change is seen within five seconds everywhere; while D1
 * cannot be read, the last good configuration goes on serving. A failure to read is never mistaken for absence.
 */
export type Unread = 'unknown' | 'unreadable'

export interface TokenConfig {
  readonly id: string
  readonly workspace: string
  readonly grant: Grant
  /** Epoch milliseconds, or null: never. */
  readonly expiresAt: number | null
}

interface Caches {
  readonly sources: FreshCache<SourceConfig>
  readonly workspaces: FreshCache<WorkspaceConfig>
  readonly tokens: FreshCache<TokenConfig>
  readonly destinations: FreshCache<readonly DestinationConfig[]>
  readonly pipelines: FreshCache<PipelineConfig>
  /** Until when D1 is left alone because it hung, in epoch milliseconds. */
  restingUntil: number
}

/** Longest wait for what is not cached at all; an edge that knows nothing after this accepts a well-formed key. */
const COLD_MS = 2_000
/** After a hang the next reads fail at once for so long, instead of making every request wait for its turn to hang. */
const REST_MS = 2_000

/** One set of caches per database binding and isolate. */
const shared = new WeakMap<D1Database, Caches>()

export class ConfigStore {
  readonly #db: D1Database
  readonly #caches: Caches
  readonly #now: () => number

  constructor(db: D1Database, options: FreshCacheOptions = { now: Date.now, defer: waitUntil }) {
    this.#db = db
    let caches = shared.get(db)
    if (!caches) {
      caches = {
        sources: new FreshCache(options),
        workspaces: new FreshCache(options),
        tokens: new FreshCache(options),
        destinations: new FreshCache(options),
        pipelines: new FreshCache(options),
        restingUntil: 0,
      }
      shared.set(db, caches)
    }
    this.#caches = caches
    this.#now = options.now
  }

  source(id: string): Promise<SourceConfig | Unread> {
    const own = ownSource(id)
    if (own) return Promise.resolve(own)
    return this.#caches.sources.get(id, () => this.#bounded(() => this.#readSource(id)))
  }

  /** With `atLeastVersion`, a cached configuration that is older is read again before answering. */
  workspace(id: string, atLeastVersion = 0): Promise<WorkspaceConfig | Unread> {
    const newEnough = (config: WorkspaceConfig) => config.version >= atLeastVersion
    return this.#caches.workspaces.get(id, () => this.#bounded(() => this.#readWorkspace(id)), newEnough)
  }

  /** By the token's hash (platform/hashing.ts). */
  token(hash: string): Promise<TokenConfig | Unread> {
    return this.#caches.tokens.get(hash, () => this.#bounded(() => this.#readToken(hash)))
  }

  /** All that lanes deliver to: destinations, oldest first, and observers; `newEnough` may refuse a cached answer. */
  async destinations(
    workspace: string,
    newEnough: (destinations: readonly DestinationConfig[]) => boolean = () => true,
  ): Promise<readonly DestinationConfig[] | 'unreadable'> {
    const read = () => this.#bounded(() => this.#readDestinations(workspace))
    const found = await this.#caches.destinations.get(workspace, read, newEnough)
    return found === 'unknown' ? [] : found
  }

  /** Transformations, tracking plans and plugins of a workspace; `newEnough` may refuse a cached answer. */
  pipeline(
    workspace: string,
    newEnough: (pipeline: PipelineConfig) => boolean = () => true,
  ): Promise<PipelineConfig | Unread> {
    const read = () => this.#bounded(() => readPipeline(this.#db, workspace))
    return this.#caches.pipelines.get(workspace, read, newEnough)
  }

  /** @throws when D1 fails, hangs, or hung a moment ago */
  async #bounded<T>(read: () => Promise<T>): Promise<T> {
    if (this.#caches.restingUntil > this.#now()) throw new Error('D1 hung a moment ago')
    const reading = await patience(COLD_MS, read())
    if (reading.kind === 'done') return reading.value
    if (reading.kind === 'failed') throw reading.fault
    this.#caches.restingUntil = this.#now() + REST_MS
    throw new Error(`D1 did not answer within ${COLD_MS} ms`)
  }

  async #readSource(id: string): Promise<SourceConfig | undefined> {
    const row = await this.#db
      .prepare(
        `SELECT ${SOURCE_COLUMNS}, pipeline FROM sources
         LEFT JOIN (SELECT id AS owner, json_extract(settings, '$.pipeline') AS pipeline FROM workspaces)
           ON owner = workspace
         WHERE id = ?`,
      )
      .bind(id)
      .first<SourceRow & { readonly pipeline: string | null }>()
    if (!row) return undefined
    // The edge decides by it what it may keep of a connection, without a read of its own.
    const pipeline = PipelineSettings.parse(jsonOf(row.pipeline ?? '{}'))
    return { ...sourceConfigOf(row), connection: connectionOf(pipeline, id) }
  }

  async #readWorkspace(id: string): Promise<WorkspaceConfig | undefined> {
    const [workspaces, segments, computedTraits, percentiles] = await this.#db.batch<Record<string, string | number>>([
      this.#db.prepare('SELECT config_version, settings FROM workspaces WHERE id = ?').bind(id),
      this.#db.prepare('SELECT key, name, version, condition FROM segments WHERE workspace = ? ORDER BY key').bind(id),
      this.#db
        .prepare('SELECT key, name, version, aggregate FROM computed_traits WHERE workspace = ? ORDER BY key')
        .bind(id),
      this.#db.prepare('SELECT path, thresholds FROM percentiles WHERE workspace = ?').bind(id),
    ])
    const row = workspaces?.results[0]
    if (!row) return undefined
    return {
      id,
      version: Number(row['config_version']),
      settings: WorkspaceSettings.parse(JSON.parse(String(row['settings']))),
      segments: (segments?.results ?? []).flatMap((segment) => definitionOf(id, segment)),
      computedTraits: (computedTraits?.results ?? []).flatMap((row) => computedTraitOf(id, row)),
      percentiles: Object.fromEntries(
        (percentiles?.results ?? []).map((row) => [String(row['path']), JSON.parse(String(row['thresholds']))]),
      ),
    }
  }

  async #readDestinations(workspace: string): Promise<readonly DestinationConfig[]> {
    const types = OBSERVER_TYPES.map(() => '?').join(', ')
    const [destinations, plugins] = await this.#db.batch([
      this.#db
        .prepare(`SELECT ${DESTINATION_COLUMNS} FROM destinations WHERE workspace = ? ORDER BY created_at, id`)
        .bind(workspace),
      this.#db
        .prepare(`SELECT ${PLUGIN_COLUMNS} FROM plugins WHERE workspace = ? AND type IN (${types}) ORDER BY id`)
        .bind(workspace, ...OBSERVER_TYPES),
    ])
    // The columns of the two questions.
    const rows = (destinations?.results ?? []) as DestinationRow[]
    const observers = (plugins?.results ?? []) as PluginRow[]
    return [...rows.flatMap(readableDestination), ...observers.flatMap(readablePlugin).flatMap(observerOf)]
  }

  async #readToken(hash: string): Promise<TokenConfig | undefined> {
    const row = await this.#db
      .prepare('SELECT id, workspace, scopes, role, expires_at AS expiresAt FROM tokens WHERE hash = ?')
      .bind(hash)
      .first<Omit<TokenConfig, 'grant'> & { scopes: string; role: string | null }>()
    if (!row) return undefined
    const { id, workspace, expiresAt } = row
    return { id, workspace, expiresAt, grant: grantOfToken(JSON.parse(row.scopes) as string[], row.role) }
  }
}

/** A definition that this code cannot read is left out and reported: one bad row must not stop a workspace. */
function definitionOf(workspace: string, row: Record<string, string | number>): readonly SegmentDefinition[] {
  const condition = parseCondition(jsonOf(String(row['condition'])))
  if (!condition.ok) {
    log.error('config: a segment is not readable', {
      workspace_id: workspace,
      segment: row['key'],
      fault: condition.failure,
    })
    return []
  }
  const { key, name, version } = row
  return [{ key: String(key), name: String(name), version: Number(version), condition: condition.value }]
}

function computedTraitOf(workspace: string, row: Record<string, string | number>): readonly ComputedTraitDefinition[] {
  const aggregate = Aggregate.safeParse(jsonOf(String(row['aggregate'])))
  if (!aggregate.success) {
    log.error('config: a computed trait is not readable', {
      workspace_id: workspace,
      trait: row['key'],
      fault: aggregate.error,
    })
    return []
  }
  const { key, name, version } = row
  return [{ key: String(key), name: String(name), version: Number(version), aggregate: aggregate.data }]
}
