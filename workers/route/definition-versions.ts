import { type DefinitionKind, TABLES } from '../../platform/definition-row.ts'
import type { CursorPosition } from '../../shared/kernel/cursor.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { actorName } from './actor-name.ts'

/** What a definition was at one version. */
export interface VersionRow {
  readonly version: number
  readonly name: string
  readonly definition: string
  readonly actor: string
  readonly actor_name: string | null
  readonly created_at: number
}

/**
 * A page of versions, newest first, also of what was deleted. What came with the workspace is on record only from the
 * first change of anything on, so the present row stands in for it.
 */
export async function definitionVersions(
  env: Env,
  workspace: string,
  kind: DefinitionKind,
  key: string,
  { cursor, limit }: { readonly cursor?: CursorPosition | undefined; readonly limit: number },
): Promise<{ readonly rows: readonly VersionRow[]; readonly cursor: string | null }> {
  const { table, column } = TABLES[kind]
  const { results } = await env.DB.prepare(
    `SELECT version, name, definition, actor, actor_name, created_at FROM (
       SELECT version, name, definition, actor, ${actorName('definition_versions')} AS actor_name, created_at
       FROM definition_versions
       WHERE workspace = ?1 AND kind = ?2 AND key = ?3
       UNION
       SELECT version, name, ${column}, '', NULL, created_at FROM ${table} AS present
       WHERE workspace = ?1 AND key = ?3 AND NOT EXISTS (SELECT 1 FROM definition_versions AS kept
         WHERE kept.workspace = ?1 AND kept.kind = ?2 AND kept.key = ?3 AND kept.version = present.version))
     WHERE version < ?4 ORDER BY version DESC LIMIT ?5`,
  )
    .bind(workspace, kind, key, cursor?.at ?? Number.MAX_SAFE_INTEGER, limit + 1)
    .all<VersionRow>()
  const rows = results.slice(0, limit)
  const last = rows.at(-1)
  return { rows, cursor: last && results.length > limit ? encodeCursor({ at: last.version, id: key }) : null }
}
