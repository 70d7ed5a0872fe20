import { grantOf, isMemberId } from '../../platform/token-grant.ts'
import { EVERY_SCOPE, EVERY_SCOPE_OF_WORKSPACE, notHeld } from '../../shared/contract/granted.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Call } from '../http/serve.ts'
import { grantIn, type TokenRow, tokenRow } from './token-row.ts'

/**
 * Nobody makes himself more than he is: a token may give, change and revoke only what it holds itself, and nothing it
 * makes outlives it.
 */
export interface Granter {
  readonly scopes: readonly string[]
  readonly expiresAt: number | null
}

/** The calling token or member, from D1 itself: what was taken from it a moment ago it may no longer give. */
export async function granterOf(call: Call): Promise<Result<Granter, Failure>> {
  if (isMemberId(call.tokenId)) return granterOfMember(call)
  const row = await tokenRow(call, call.tokenId)
  if (!row) return err(failure('forbidden', 'the calling token was revoked'))
  return ok({ scopes: grantIn(row).scopes, expiresAt: row.expires_at })
}

async function granterOfMember({ env, workspace, tokenId, now }: Call): Promise<Result<Granter, Failure>> {
  const grant = await grantOf(env, workspace, tokenId, now)
  if (!grant) return err(failure('forbidden', 'you are no member of this workspace any more'))
  return ok({ scopes: grant.scopes, expiresAt: null })
}

/** Whether the caller may hand out these scopes, or take them away. */
export function mayHandle({ scopes }: Granter, wanted: readonly string[]): Result<null, Failure> {
  const lacking = notHeld(scopes, wanted)
  if (lacking.length === 0) return ok(null)
  return err(failure('forbidden', `the caller does not hold ${lacking.join(', ')}`))
}

/** When a token ends that the caller makes; `wanted` null is never, undefined whatever is allowed. */
export function expiryFor(
  { expiresAt: own }: Granter,
  wanted: number | null | undefined,
  now: number,
): Result<number | null, Failure> {
  if (wanted === undefined) return ok(own)
  const fault =
    wanted !== null && wanted <= now
      ? 'must be in the future'
      : own !== null && (wanted === null || wanted > own)
        ? 'must not be later than the end of the calling token'
        : undefined
  if (fault === undefined) return ok(wanted)
  return err(failure('invalid_request', `expiresAt ${fault}`, [{ path: 'expiresAt', message: fault }]))
}

/**
 * SQL that holds when, without the token ?2 of workspace ?1, another one is left that holds everything and never ends:
 * without one nobody could ever make a token again.
 */
export const ANOTHER_KEEPER = `EXISTS (SELECT 1 FROM tokens WHERE workspace = ?1 AND id <> ?2 AND expires_at IS NULL
  AND EXISTS (SELECT 1 FROM json_each(tokens.scopes) WHERE value IN ('${EVERY_SCOPE}', '${EVERY_SCOPE_OF_WORKSPACE}')))`

export function isKeeper(row: Pick<TokenRow, 'scopes' | 'expires_at'>): boolean {
  const scopes = JSON.parse(row.scopes) as string[]
  return row.expires_at === null && (scopes.includes(EVERY_SCOPE) || scopes.includes(EVERY_SCOPE_OF_WORKSPACE))
}

export const LAST_KEEPER = failure(
  'conflict',
  'this is the last token that holds every scope and never ends: make another one first',
)
