import { deleteMember } from '../../shared/contract/delete-member.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { ANOTHER_ADMIN, LAST_ADMIN, memberRow, NO_MEMBER, scopesOfMember } from './member-row.ts'
import { granterOf, mayHandle } from './token-limits.ts'

export const deleteMemberRoute = serve(deleteMember, async ({ params }, call) => {
  const { env, workspace } = call
  const row = await memberRow(call, params.memberId)
  if (!row) return err(NO_MEMBER)
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  const allowed = mayHandle(granter.value, scopesOfMember(row))
  if (!allowed.ok) return allowed
  const { id, email, name, role } = row
  const [deleted] = await env.DB.batch<{ id: string }>([
    env.DB.prepare(
      `DELETE FROM members WHERE workspace = ?1 AND id = ?2 AND (role <> 'admin' OR ${ANOTHER_ADMIN}) RETURNING id`,
    ).bind(workspace, id),
    auditIfChanged(call, 'deleteMember', { id, email, name, role }),
    // A link would lead nowhere; it need not be kept until it ends.
    env.DB.prepare(
      `DELETE FROM sign_in_links WHERE workspace = ?1 AND token_id = ?2
       AND NOT EXISTS (SELECT 1 FROM members WHERE workspace = ?1 AND id = ?2)`,
    ).bind(workspace, id),
  ])
  return deleted?.results[0] ? ok(null) : err(LAST_ADMIN)
})
