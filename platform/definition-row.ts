/** Segments and computed traits as D1 has them; the same columns but for the one that says what is computed. */
export type DefinitionKind = 'segment' | 'computed_trait'

export interface DefinitionRow {
  readonly key: string
  readonly name: string
  readonly description: string
  /** Of a segment: `condition` or `file`; of a computed trait always `aggregate`. */
  readonly kind: string
  /** JSON text: the condition or the aggregate. */
  readonly definition: string
  readonly version: number
  /** Of a segment: the version that everybody known has been looked at with. */
  readonly built_version: number
  readonly created_at: number
  readonly updated_at: number
}

export const TABLES: Readonly<Record<DefinitionKind, { readonly table: string; readonly column: string }>> = {
  segment: { table: 'segments', column: 'condition' },
  computed_trait: { table: 'computed_traits', column: 'aggregate' },
}

/** Selects rows of a kind; what follows is the caller's. */
export function selectDefinitions(kind: DefinitionKind): string {
  return kind === 'segment'
    ? `SELECT key, name, description, kind, condition AS definition, version, built_version, created_at,
       MAX(created_at, updated_at) AS updated_at FROM segments WHERE workspace = ?1`
    : `SELECT key, name, description, 'aggregate' AS kind, aggregate AS definition, version, version AS built_version,
       created_at, updated_at FROM computed_traits WHERE workspace = ?1`
}

export async function definitionRow(
  env: Env,
  workspace: string,
  kind: DefinitionKind,
  key: string,
): Promise<DefinitionRow | null> {
  return env.DB.prepare(`${selectDefinitions(kind)} AND key = ?2`)
    .bind(workspace, key)
    .first<DefinitionRow>()
}

/** One page by key, and whether there is more. */
export async function definitionPage(
  env: Env,
  workspace: string,
  kind: DefinitionKind,
  after: string,
  limit: number,
): Promise<{ readonly rows: readonly DefinitionRow[]; readonly more: boolean }> {
  const { results } = await env.DB.prepare(`${selectDefinitions(kind)} AND key > ?2 ORDER BY key LIMIT ?3`)
    .bind(workspace, after, limit + 1)
    .all<DefinitionRow>()
  return { rows: results.slice(0, limit), more: results.length > limit }
}
