import type { FieldError } from '../../shared/kernel/failure.ts'
import type { Call } from '../http/serve.ts'

/** Of ids that a document names at `path`: those that are no source of the workspace, each under its place. */
export async function missingSources(
  { env, workspace }: Call,
  sources: readonly string[],
  path = 'sources',
): Promise<readonly FieldError[]> {
  if (sources.length === 0) return []
  const { results } = await env.DB.prepare(
    'SELECT id FROM sources WHERE workspace = ? AND id IN (SELECT value FROM json_each(?))',
  )
    .bind(workspace, JSON.stringify(sources))
    .all<{ id: string }>()
  const known = new Set(results.map(({ id }) => id))
  return sources.flatMap((id, i) =>
    known.has(id) ? [] : [{ path: `${path}.${i}`, message: 'there is no such source' }],
  )
}
