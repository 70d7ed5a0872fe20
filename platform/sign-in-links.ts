import { randomBytes } from 'node:crypto'
import { hashToken } from './hashing.ts'
import type { SqlStatement } from './new-workspace.ts'

/** Links that open the portal once, in the name of an API token or a member. Who can write to the database makes them. */
export interface SignInLink {
  /** What stands in the link. */
  readonly once: string
  readonly statements: readonly SqlStatement[]
}

/** Long enough for a development server that is started in the morning. */
export const LINK_MS = 24 * 3_600_000

/** A new link for a token or a member; those made for it before end. `now` in epoch milliseconds. */
export function newSignInLink(workspace: string, tokenId: string, now: number): SignInLink {
  const once = randomBytes(24).toString('base64url')
  return {
    once,
    statements: [
      { sql: 'DELETE FROM sign_in_links WHERE workspace = ? AND token_id = ?', params: [workspace, tokenId] },
      {
        sql: 'INSERT INTO sign_in_links (hash, workspace, token_id, expires_at) VALUES (?, ?, ?, ?)',
        params: [hashToken(once), workspace, tokenId, now + LINK_MS],
      },
    ],
  }
}

/** Whom a link signs in, and from then on nobody: of two who come with it at once, one is too late. */
export async function useSignInLink(
  env: Pick<Env, 'DB'>,
  once: string,
  now: number,
): Promise<{ readonly workspace: string; readonly tokenId: string } | undefined> {
  const row = await env.DB.prepare('DELETE FROM sign_in_links WHERE hash = ? RETURNING workspace, token_id, expires_at')
    .bind(hashToken(once))
    .first<{ workspace: string; token_id: string; expires_at: number }>()
  return row && row.expires_at > now ? { workspace: row.workspace, tokenId: row.token_id } : undefined
}
