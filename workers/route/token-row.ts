import { grantOfToken, ROLES, type Role } from '../../shared/contract/roles.ts'
import type { TokenDocument } from '../../shared/contract/token-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { Call } from '../http/serve.ts'

/** A token's row, without the hash. */
export interface TokenRow {
  readonly id: string
  readonly name: string
  /** JSON; of a token with a role what that held when it was given. */
  readonly scopes: string
  readonly role: string | null
  readonly expires_at: number | null
  readonly created_at: number
}

export const TOKEN_COLUMNS = 'id, name, scopes, role, expires_at, created_at'

export const NO_TOKEN = failure('not_found', 'there is no such token')

export function tokenRow({ env, workspace }: Call, id: string): Promise<TokenRow | null> {
  return env.DB.prepare(`SELECT ${TOKEN_COLUMNS} FROM tokens WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<TokenRow>()
}

export function tokenDocument(row: TokenRow): TokenDocument {
  const { id, name, expires_at, created_at } = row
  const { scopes, role } = grantIn(row)
  const expiresAt = expires_at === null ? null : toIso(expires_at)
  return { id, name, scopes: [...scopes], role, expiresAt, createdAt: toIso(created_at) }
}

export function grantIn({ scopes, role }: Pick<TokenRow, 'scopes' | 'role'>) {
  return grantOfToken(JSON.parse(scopes) as string[], role)
}

/** The columns of what a token is given: a role, or scopes. */
export function givenColumns(given: { readonly scopes: readonly string[] } | { readonly role: Role }) {
  if ('role' in given) return { scopes: JSON.stringify(ROLES[given.role].scopes), role: given.role }
  return { scopes: JSON.stringify(given.scopes), role: null }
}
