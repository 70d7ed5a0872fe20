import { type Failure, failure } from '../shared/kernel/failure.ts'
import { err, ok, type Result } from '../shared/kernel/result.ts'
import { type Actor, auditIfChanged } from './audit.ts'
import { ConfigStore } from './config-store.ts'
import { type DefinitionKind, type DefinitionRow, selectDefinitions, TABLES } from './definition-row.ts'
import { callJob, jobStatement, newJobId } from './jobs.ts'

/**
 * Changes of segments and computed traits, which read one another: what is decided about one is decided over all of
 * them, and written only if none has changed since. Everything of a change is one transaction: the definition, its
 * version, the workspace's config_version, the line in the audit log, and the jobs that look at everybody again.
 */
export interface Definitions {
  readonly configVersion: number
  readonly segments: ReadonlyMap<string, DefinitionRow>
  readonly computedTraits: ReadonlyMap<string, DefinitionRow>
}

export interface Change {
  /** The last one is the one that must change a row; all are guarded by `changes() > 0` (see `insertDefinition` etc.). */
  readonly statements: readonly D1PreparedStatement[]
  /** For the audit log. */
  readonly act: string
  readonly detail: unknown
  /** Segments to look at everybody again with. */
  readonly build: readonly string[]
}

const MOST_TRIES = 6

/** Decides over the present definitions and writes; `undefined` is nothing to do. Decided again when somebody was faster. */
export async function changeDefinitions(
  actor: Actor,
  decide: (definitions: Definitions) => Promise<Result<Change | undefined, Failure>>,
): Promise<Result<undefined, Failure>> {
  const { env, workspace, now } = actor
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const definitions = await readDefinitions(env, workspace)
    const change = await decide(definitions)
    if (!change.ok) return change
    if (!change.value) return ok(undefined)
    const { statements, act, detail, build } = change.value
    const configVersion = definitions.configVersion + 1
    const jobs = build.map((key) => ({
      workspace,
      kind: 'build-segment',
      input: { key, configVersion },
      id: newJobId(now),
    }))
    const [, bumped] = await env.DB.batch([
      keepPresentVersions(env, workspace),
      env.DB.prepare('UPDATE workspaces SET config_version = ?1 WHERE id = ?2 AND config_version = ?3').bind(
        configVersion,
        workspace,
        definitions.configVersion,
      ),
      ...statements,
      auditIfChanged(actor, act, detail),
      ...jobs.map((job) => jobStatement(env, job, now, true)),
    ])
    if (!bumped || bumped.meta.changes === 0) continue
    // Here it is in force at once; other isolates see it within seconds.
    await new ConfigStore(env.DB).workspace(workspace, configVersion)
    await Promise.all(jobs.map(({ id }) => callJob(env, { v: 1, workspace, id, turn: 0 })))
    return ok(undefined)
  }
  return err(failure('unavailable', 'the definitions are being changed by others; please try again'))
}

export async function readDefinitions(env: Env, workspace: string): Promise<Definitions> {
  const [workspaces, segments, computedTraits] = await env.DB.batch<Record<string, unknown>>([
    env.DB.prepare('SELECT config_version FROM workspaces WHERE id = ?').bind(workspace),
    env.DB.prepare(selectDefinitions('segment')).bind(workspace),
    env.DB.prepare(selectDefinitions('computed_trait')).bind(workspace),
  ])
  // The rows of the two tables are what selectDefinitions names.
  const byKey = (result: typeof segments) =>
    new Map(((result?.results ?? []) as unknown as DefinitionRow[]).map((row) => [row.key, row]))
  return {
    configVersion: Number(workspaces?.results[0]?.['config_version'] ?? 0),
    segments: byKey(segments),
    computedTraits: byKey(computedTraits),
  }
}

/** Definitions that came with the workspace have no version on record until the first change of anything. */
function keepPresentVersions(env: Env, workspace: string): D1PreparedStatement {
  return env.DB.prepare(
    `INSERT OR IGNORE INTO definition_versions (workspace, kind, key, version, name, definition, actor, created_at)
     SELECT workspace, 'segment', key, version, name, condition, '', created_at FROM segments WHERE workspace = ?`,
  ).bind(workspace)
}

export interface NewDefinition {
  readonly key: string
  readonly name: string
  readonly description: string
  readonly definition: string
  /** Of a segment. */
  readonly kind?: 'condition' | 'file'
}

/** The next version of a key, also of one that was deleted: versions never restart. */
const NEXT_VERSION = `1 + COALESCE((SELECT MAX(version) FROM definition_versions WHERE workspace = ?1 AND kind = ?2 AND key = ?3), 0)`

export function insertDefinition(
  actor: Actor,
  kind: DefinitionKind,
  made: NewDefinition,
): readonly D1PreparedStatement[] {
  const { env, workspace, now } = actor
  const { key, name, description, definition } = made
  const { table, column } = TABLES[kind]
  const [extra, value] = kind === 'segment' ? [', kind, built_version', `, '${made.kind ?? 'condition'}', 0`] : ['', '']
  return [
    env.DB.prepare(
      `INSERT INTO ${table} (workspace, key, name, description, ${column}, version, created_at, updated_at${extra})
       SELECT ?1, ?3, ?4, ?5, ?6, ${NEXT_VERSION}, ?7, ?7${value} WHERE changes() > 0`,
    ).bind(workspace, kind, key, name, description, definition, now),
    recordVersion(actor, kind, key),
  ]
}

/** `isNew`: what it computes changed, so that it is another version. */
export function updateDefinition(
  actor: Actor,
  kind: DefinitionKind,
  changed: NewDefinition,
  isNew: boolean,
): readonly D1PreparedStatement[] {
  const { env, workspace, now } = actor
  const { key, name, description, definition } = changed
  const { table, column } = TABLES[kind]
  const ofKind = kind === 'segment' ? `, kind = '${changed.kind ?? 'condition'}'` : ''
  const update = env.DB.prepare(
    `UPDATE ${table} SET name = ?1, description = ?2, ${column} = ?3, version = version + ?4, updated_at = ?5${ofKind}
     WHERE workspace = ?6 AND key = ?7 AND changes() > 0`,
  ).bind(name, description, definition, isNew ? 1 : 0, now, workspace, key)
  return isNew ? [update, recordVersion(actor, kind, key)] : [update]
}

export function deleteDefinition(actor: Actor, kind: DefinitionKind, key: string): readonly D1PreparedStatement[] {
  return [
    actor.env.DB.prepare(`DELETE FROM ${TABLES[kind].table} WHERE workspace = ? AND key = ? AND changes() > 0`).bind(
      actor.workspace,
      key,
    ),
  ]
}

/** Marks segments as not yet built: what they read was changed. Nothing when there are none. */
export function buildAgain({ env, workspace }: Actor, keys: readonly string[]): readonly D1PreparedStatement[] {
  if (keys.length === 0) return []
  const update = `UPDATE segments SET built_version = version - 1 WHERE workspace = ? AND changes() > 0
    AND key IN (SELECT value FROM json_each(?))`
  return [env.DB.prepare(update).bind(workspace, JSON.stringify(keys))]
}

function recordVersion(
  { env, workspace, tokenId, now }: Actor,
  kind: DefinitionKind,
  key: string,
): D1PreparedStatement {
  const { table, column } = TABLES[kind]
  return env.DB.prepare(
    `INSERT INTO definition_versions (workspace, kind, key, version, name, definition, actor, created_at)
     SELECT workspace, ?1, key, version, name, ${column}, ?2, ?3 FROM ${table}
     WHERE workspace = ?4 AND key = ?5 AND changes() > 0`,
  ).bind(kind, tokenId, now, workspace, key)
}
