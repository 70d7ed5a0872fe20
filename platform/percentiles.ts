import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { Condition } from '../shared/segment/condition.ts'
import { percentilesOf } from '../shared/segment/percentiles.ts'
import type { Percentiles } from '../shared/segment/person-view.ts'
import { readsOf } from '../shared/segment/reads.ts'
import { ConfigStore } from './config-store.ts'
import { audienceShards, audienceStub } from './stubs.ts'

/** Numbers that one shard gives; of more it gives every k-th by rank, which moves a percentile by less than a thousandth. */
const MOST_NUMBERS = 20_000

/** The thresholds of a path over all profiles of the workspace, by nearest rank. */
export async function percentileThresholds(env: Env, workspace: string, path: string): Promise<Percentiles> {
  const shards = Array.from({ length: audienceShards(env) }, (_, i) => audienceStub(env, workspace, i))
  const numbers = await Promise.all(shards.map((shard) => shard.numbers(path, MOST_NUMBERS)))
  return percentilesOf(numbers.flat())
}

/** The paths that conditions compare with percentiles. */
export function percentilePaths(conditions: readonly Condition[]): readonly string[] {
  return [...new Set(conditions.flatMap((condition) => readsOf(condition).percentiles))].sort()
}

/** Works thresholds out anew. Answers those that changed. */
export async function refreshPercentiles(
  env: Env,
  { id: workspace, percentiles = {} }: WorkspaceConfig,
  paths: readonly string[],
  now: number,
): Promise<readonly string[]> {
  const changed: string[] = []
  const statements: D1PreparedStatement[] = []
  for (const path of paths) {
    const thresholds = JSON.stringify(await percentileThresholds(env, workspace, path))
    if (thresholds === JSON.stringify(percentiles[path])) continue
    changed.push(path)
    const query = 'INSERT OR REPLACE INTO percentiles (workspace, path, thresholds, computed_at) VALUES (?, ?, ?, ?)'
    statements.push(env.DB.prepare(query).bind(workspace, path, thresholds, now))
  }
  if (changed.length === 0) return changed
  const raise = 'UPDATE workspaces SET config_version = config_version + 1 WHERE id = ?'
  await env.DB.batch([...statements, env.DB.prepare(raise).bind(workspace)])
  return changed
}

/** The thresholds that a condition compares with and nobody has worked out yet: those of one question, kept nowhere. */
export async function missingPercentiles(
  env: Env,
  { id, percentiles }: WorkspaceConfig,
  condition: Condition,
): Promise<Readonly<Record<string, Percentiles>>> {
  const paths = percentilePaths([condition]).filter((path) => !percentiles?.[path])
  const found = await Promise.all(paths.map(async (path) => [path, await percentileThresholds(env, id, path)] as const))
  return Object.fromEntries(found)
}

/** The configuration with thresholds for all that a condition compares: a segment must not wait a day for its first ones. */
export async function withPercentiles(
  env: Env,
  config: WorkspaceConfig,
  condition: Condition,
  now: number,
): Promise<WorkspaceConfig> {
  const missing = percentilePaths([condition]).filter((path) => !config.percentiles?.[path])
  if (missing.length === 0) return config
  await refreshPercentiles(env, config, missing, now)
  const fresh = await new ConfigStore(env.DB).workspace(config.id, config.version + 1)
  if (typeof fresh === 'string') throw new Error('the configuration cannot be read')
  return fresh
}
