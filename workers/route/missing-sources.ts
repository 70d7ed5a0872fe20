import type { FieldError } from '../../shared/kernel/failure.ts'
import type { Call } from '../http/serve.ts'

/** Of ids that a document lists at `path`: those that are no source of the workspace, each under its place. */
export async function missingSources(
  call: Call,
  sources: readonly string[],
  path = 'sources',
): Promise<readonly FieldError[]> {
  const known = await knownSources(call, sources)
  return faultsAt(sources.flatMap((id, i) => (known.has(id) ? [] : [`${path}.${i}`])))
}

/** The same of ids that are the keys of an object. */
export async function missingSourceKeys(
  call: Call,
  sources: readonly string[],
  path: string,
): Promise<readonly FieldError[]> {
  const known = await knownSources(call, sources)
  return faultsAt(sources.flatMap((id) => (known.has(id) ? [] : [`${path}.${id}`])))
}

function faultsAt(paths: readonly string[]): readonly FieldError[] {
  return paths.map((path) => ({ path, message: 'there is no such source' }))
}

async function knownSources({ env, workspace }: Call, sources: readonly string[]): Promise<ReadonlySet<string>> {
  if (sources.length === 0) return new Set()
  const { results } = await env.DB.prepare(
    'SELECT id FROM sources WHERE workspace = ? AND id IN (SELECT value FROM json_each(?))',
  )
    .bind(workspace, JSON.stringify(sources))
    .all<{ id: string }>()
  return new Set(results.map(({ id }) => id))
}
