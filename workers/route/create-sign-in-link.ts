import { LINK_MS, newSignInLink } from '../../platform/sign-in-links.ts'
import { createSignInLink } from '../../shared/contract/create-sign-in-link.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { auditStatement } from './audit.ts'
import { memberRow, NO_MEMBER, scopesOfMember } from './member-row.ts'
import { granterOf, mayHandle } from './token-limits.ts'

/** Whoever makes it could use it: so it is no way to become more than one is. */
export const createSignInLinkRoute = serve(createSignInLink, async ({ params }, call) => {
  const { env, workspace, request, now } = call
  const row = await memberRow(call, params.memberId)
  if (!row) return err(NO_MEMBER)
  const granter = await granterOf(call)
  if (!granter.ok) return granter
  const allowed = mayHandle(granter.value, scopesOfMember(row))
  if (!allowed.ok) return allowed
  const { once, statements } = newSignInLink(workspace, row.id, now)
  await env.DB.batch([
    ...statements.map(({ sql, params }) => env.DB.prepare(sql).bind(...params)),
    auditStatement(call, 'createSignInLink', { id: row.id, email: row.email }),
  ])
  return ok({ url: `${new URL(request.url).origin}/sign-in?once=${once}`, expiresAt: toIso(now + LINK_MS) })
})
