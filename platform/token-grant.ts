import { type Grant, grantOfRole, grantOfToken, Role } from '../shared/contract/roles.ts'

/** Ids of members stand where those of tokens stand: in sessions, in links that sign in, in the audit log. */
const MEMBER = 'mbr_'

export function isMemberId(id: string): boolean {
  return id.startsWith(MEMBER)
}

/** What a token or a member may now, or undefined when it was deleted or has expired. `now` in epoch milliseconds. */
export function grantOf(env: Env, workspace: string, id: string, now: number): Promise<Grant | undefined> {
  return isMemberId(id) ? grantOfMember(env, workspace, id) : grantOfTokenRow(env, workspace, id, now)
}

async function grantOfTokenRow(env: Env, workspace: string, id: string, now: number): Promise<Grant | undefined> {
  const row = await env.DB.prepare('SELECT scopes, role, expires_at FROM tokens WHERE workspace = ? AND id = ?')
    .bind(workspace, id)
    .first<{ scopes: string; role: string | null; expires_at: number | null }>()
  if (!row || (row.expires_at !== null && row.expires_at <= now)) return undefined
  return grantOfToken(JSON.parse(row.scopes) as string[], row.role)
}

async function grantOfMember(env: Env, workspace: string, id: string): Promise<Grant | undefined> {
  const row = await env.DB.prepare('SELECT role FROM members WHERE workspace = ? AND id = ?')
    .bind(workspace, id)
    .first<{ role: string }>()
  return row ? grantOfRole(Role.parse(row.role)) : undefined
}
