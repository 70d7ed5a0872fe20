import { listMembers } from '../../shared/contract/list-members.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { MEMBER_COLUMNS, type MemberRow, memberDocument } from './member-row.ts'
import { pageOf } from './page.ts'

export const listMembersRoute = serve(listMembers, async ({ query }, { env, workspace }) => {
  const { results } = await env.DB.prepare(
    `SELECT ${MEMBER_COLUMNS} FROM members WHERE workspace = ?1 AND (?2 IS NULL OR (created_at, id) > (?2, ?3))
     ORDER BY created_at, id LIMIT ?4`,
  )
    .bind(workspace, query.cursor?.at ?? null, query.cursor?.id ?? null, query.limit + 1)
    .all<MemberRow>()
  const { shown, cursor } = pageOf(results, query.limit)
  return ok({ members: shown.map(memberDocument), cursor })
})
