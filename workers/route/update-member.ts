import { updateMember } from '../../shared/contract/update-member.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import {
  ANOTHER_ADMIN,
  LAST_ADMIN,
  MEMBER_COLUMNS,
  type MemberRow,
  memberDocument,
  memberRow,
  NO_MEMBER,
  scopesOfMember,
} from './member-row.ts'
import { granterOf, mayHandle } from './token-limits.ts'

/** Sessions ask for the role at every call: what changes is in force with the next one. */
export const updateMemberRoute = serve(updateMember, async ({ params, body }, call) => {
  const { env, workspace } = call
  const row = await memberRow(call, params.memberId)
  if (!row) return err(NO_MEMBER)
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  const after = { name: body.name ?? row.name, role: body.role ?? row.role }
  const allowed = mayHandle(granter.value, [...scopesOfMember(row), ...scopesOfMember(after)])
  if (!allowed.ok) return allowed
  const [updated] = await env.DB.batch<MemberRow>([
    env.DB.prepare(
      `UPDATE members SET name = ?3, role = ?4 WHERE workspace = ?1 AND id = ?2
       AND (?4 = 'admin' OR role <> 'admin' OR ${ANOTHER_ADMIN}) RETURNING ${MEMBER_COLUMNS}`,
    ).bind(workspace, row.id, after.name, after.role),
    auditIfChanged(call, 'updateMember', {
      id: row.id,
      email: row.email,
      was: row.role,
      ...(body.name && { name: body.name }),
      role: after.role,
    }),
  ])
  const changed = updated?.results[0]
  return changed ? ok(memberDocument(changed)) : err(LAST_ADMIN)
})
