import type { TokenDocument } from '../../shared/contract/token-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { Call } from '../http/serve.ts'

/** A token's row, without the hash. */
export interface TokenRow {
  readonly id: string
  readonly name: string
  readonly scopes: string
  readonly expires_at: number | null
  readonly created_at: number
}

export const TOKEN_COLUMNS = 'id, name, scopes, expires_at, created_at'

export const NO_TOKEN = failure('not_found', 'there is no such token')

export function tokenRow({ env, workspace }: Call, id: string): Promise<TokenRow | null> {
  return env.DB.prepare(`SELECT ${TOKEN_COLUMNS} FROM tokens WHERE workspace = ? AND id = ?`)
    .bind(workspace, id)
    .first<TokenRow>()
}

export function tokenDocument({ id, name, scopes, expires_at, created_at }: TokenRow): TokenDocument {
  const expiresAt = expires_at === null ? null : toIso(expires_at)
  return { id, name, scopes: scopesOf({ scopes }), expiresAt, createdAt: toIso(created_at) }
}

export function scopesOf({ scopes }: Pick<TokenRow, 'scopes'>): readonly string[] & string[] {
  return JSON.parse(scopes) as string[]
}
