import { listWorkspaces } from '../../shared/contract/list-workspaces.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { pageOf } from './page.ts'

interface Row {
  readonly id: string
  readonly name: string
  readonly created_at: number
}

/** The one operation that looks over the borders of a workspace: names only, and only for the scope `admin`. */
export const listWorkspacesRoute = serve(listWorkspaces, async ({ query }, { env }) => {
  const { results } = await env.DB.prepare(
    `SELECT id, name, created_at FROM workspaces WHERE ?1 IS NULL OR (created_at, id) > (?1, ?2)
     ORDER BY created_at, id LIMIT ?3`,
  )
    .bind(query.cursor?.at ?? null, query.cursor?.id ?? null, query.limit + 1)
    .all<Row>()
  const { shown, cursor } = pageOf(results, query.limit)
  return ok({
    workspaces: shown.map(({ id, name, created_at }) => ({ id, name, createdAt: toIso(created_at) })),
    cursor,
  })
})
