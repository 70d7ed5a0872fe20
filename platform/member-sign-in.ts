import { auditIfChanged, auditStatement } from './audit.ts'
import { newMemberId } from './new-workspace.ts'
import type { OidcPerson } from './oidc-person.ts'
import type { OidcProvider } from './oidc-provider.ts'

/** A member signed in: from now on they are active, and the audit log knows. */
export async function memberSignedIn(env: Env, workspace: string, id: string, now: number): Promise<void> {
  await env.DB.batch([
    env.DB.prepare('UPDATE members SET signed_in_at = ?3 WHERE workspace = ?1 AND id = ?2').bind(workspace, id, now),
    auditIfChanged({ env, workspace, tokenId: id, now }, 'signIn', { by: 'link' }),
  ])
}

const MOST_MEMBERS = 1_000

/**
 * The member that a person at the provider is: by address, and from the first time on by who they are there, because addresses
 * are given to somebody else one day. Who is none becomes one when the domain of the address says so. Undefined: a stranger.
 */
export async function memberOfPerson(
  env: Env,
  { workspace, domains }: OidcProvider,
  { subject, email, name }: OidcPerson,
  now: number,
): Promise<string | undefined> {
  const role = Object.hasOwn(domains, domainOf(email)) ? domains[domainOf(email)] : undefined
  const id = newMemberId()
  const newcomer = { env, workspace, tokenId: id, now }
  const [, , found] = await env.DB.batch<{ id: string }>([
    env.DB.prepare(
      `INSERT INTO members (workspace, id, email, name, role, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?5 IS NOT NULL AND (SELECT count(*) FROM members WHERE workspace = ?1) < ?7
       ON CONFLICT DO NOTHING`,
    ).bind(workspace, id, email, name ?? (email.split('@')[0] as string), role ?? null, now, MOST_MEMBERS),
    auditIfChanged(newcomer, 'createMember', { id, email, role, by: 'oidc' }),
    env.DB.prepare(
      `UPDATE members SET signed_in_at = ?4, subject = ?3
       WHERE workspace = ?1 AND email = ?2 AND (subject IS NULL OR subject = ?3) RETURNING id`,
    ).bind(workspace, email, subject, now),
  ])
  const member = found?.results[0]?.id
  if (member === undefined) return undefined
  await env.DB.batch([auditStatement({ env, workspace, tokenId: member, now }, 'signIn', { by: 'oidc' })])
  return member
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}
