import { env } from 'cloudflare:workers'
import { hashToken } from '../../platform/hashing.ts'
import type { Role } from '../../shared/contract/roles.ts'
import { ROLES } from '../../shared/contract/roles.ts'

/** A token with a role, and a member, straight into their tables. */
export async function aTokenOf(workspace: string, role: Role): Promise<{ readonly id: string; readonly text: string }> {
  const [id, text] = [`tok_${crypto.randomUUID()}`, `tk_${crypto.randomUUID()}`]
  await env.DB.prepare(
    'INSERT INTO tokens (hash, id, workspace, name, scopes, role, created_at) VALUES (?, ?, ?, ?, ?, ?, 0)',
  )
    .bind(hashToken(text), id, workspace, role, JSON.stringify(ROLES[role].scopes), role)
    .run()
  return { id, text }
}

export async function aMember(workspace: string, role: Role, email = `${crypto.randomUUID()}@shop.example`) {
  const id = `mbr_${crypto.randomUUID().slice(0, 12)}`
  await env.DB.prepare('INSERT INTO members (workspace, id, email, name, role, created_at) VALUES (?, ?, ?, ?, ?, 0)')
    .bind(workspace, id, email, email.split('@')[0], role)
    .run()
  return { id, email }
}
