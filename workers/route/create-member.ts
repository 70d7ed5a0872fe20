import { newMemberId } from '../../platform/new-workspace.ts'
import { createMember } from '../../shared/contract/create-member.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditIfChanged } from './audit.ts'
import { MEMBER_COLUMNS, type MemberRow, memberDocument, scopesOfMember } from './member-row.ts'
import { granterOf, mayHandle } from './token-limits.ts'

const MOST_MEMBERS = 1_000

export const createMemberRoute = serve(createMember, async ({ body }, call) => {
  const { env, workspace, now } = call
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  const allowed = mayHandle(granter.value, scopesOfMember(body))
  if (!allowed.ok) return allowed
  const { email, role } = body
  const [id, name] = [newMemberId(), body.name ?? (email.split('@')[0] as string)]
  const [inserted] = await env.DB.batch<MemberRow>([
    env.DB.prepare(
      `INSERT INTO members (workspace, id, email, name, role, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM members WHERE workspace = ?1) < ?7
       ON CONFLICT DO NOTHING RETURNING ${MEMBER_COLUMNS}`,
    ).bind(workspace, id, email, name, role, now, MOST_MEMBERS),
    auditIfChanged(call, 'createMember', { id, email, name, role }),
  ])
  const row = inserted?.results[0]
  if (row) return ok(memberDocument(row))
  const taken = await env.DB.prepare('SELECT 1 FROM members WHERE workspace = ? AND email = ?')
    .bind(workspace, email)
    .first()
  const why = taken ? `${email} is a member already` : `a workspace has at most ${MOST_MEMBERS} members`
  return err(failure('conflict', why, taken ? [{ path: 'email', message: 'is a member already' }] : undefined))
})
