import type { ConfigStore } from '../../platform/config-store.ts'
import { hashToken } from '../../platform/hashing.ts'
import type { Scope } from '../../shared/contract/contract.ts'
import { isGranted } from '../../shared/contract/granted.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'

/** Who calls, proven by an API token. */
export interface Caller {
  readonly workspace: string
  readonly tokenId: string
}

const TOKEN = /^Bearer\s+(tk_[A-Za-z0-9_-]{20,120})$/i
/** One answer for every wrong token, so that nobody learns whether it once existed. */
const UNAUTHORIZED = failure('unauthorized', 'send a valid API token: Authorization: Bearer tk_…')

/**
 * The caller of an operation that needs a scope. While tokens cannot be read nobody is refused for good: that is
 * `unavailable`, never `unauthorized`. `now` in epoch milliseconds.
 */
export async function callerOf(
  request: Request,
  scope: Scope,
  configs: ConfigStore,
  now: number,
): Promise<Result<Caller, Failure>> {
  const token = TOKEN.exec(request.headers.get('Authorization') ?? '')?.[1]
  if (token === undefined) return err(UNAUTHORIZED)
  const known = await configs.token(hashToken(token))
  if (known === 'unreadable') return err(failure('unavailable', 'API tokens cannot be read at the moment'))
  if (known === 'unknown' || (known.expiresAt !== null && known.expiresAt <= now)) return err(UNAUTHORIZED)
  if (!isGranted(known.scopes, scope)) return err(failure('forbidden', `this token lacks the scope ${scope}`))
  return ok({ workspace: known.workspace, tokenId: known.id })
}
