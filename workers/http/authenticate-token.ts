import type { ConfigStore } from '../../platform/config-store.ts'
import { hashToken } from '../../platform/hashing.ts'
import { log } from '../../platform/log.ts'
import { sessionOf } from '../../platform/session-token.ts'
import { grantOf } from '../../platform/token-grant.ts'
import type { Scope } from '../../shared/contract/contract.ts'
import { isGranted } from '../../shared/contract/granted.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { needsSameOrigin, originOf } from './same-origin.ts'
import { sessionCookieIn } from './session-cookie.ts'

/** Who calls, proven by an API token, or by a session of the portal that was made with one. */
export interface Caller {
  readonly workspace: string
  readonly tokenId: string
}

export interface Holder extends Caller {
  readonly scopes: readonly string[]
  /** Of a session: when it ends, in epoch milliseconds. */
  readonly sessionEnds?: number
}

const TOKEN = /^Bearer\s+(tk_[A-Za-z0-9_-]{20,120})$/i
/** One answer for every wrong token, so that nobody learns whether it once existed. */
const UNAUTHORIZED = failure('unauthorized', 'send a valid API token: Authorization: Bearer tk_…')
const SESSION_ENDED = failure('unauthorized', 'the session has ended: sign in again')
const UNREADABLE = failure('unavailable', 'API tokens cannot be read at the moment')
const FROM_ELSEWHERE = failure(
  'forbidden',
  'with a session only a page of this origin may do this: Sec-Fetch-Site or Origin must say so',
)

/**
 * The caller of an operation that needs a scope. While tokens cannot be read nobody is refused for good: that is
 * `unavailable`, never `unauthorized`. `now` in epoch milliseconds.
 */
export async function callerOf(
  request: Request,
  scope: Scope,
  env: Env,
  configs: ConfigStore,
  now: number,
): Promise<Result<Caller, Failure>> {
  const holder = await holderOf(request, env, configs, now)
  if (!holder.ok) return holder
  const { workspace, tokenId, scopes } = holder.value
  if (!isGranted(scopes, scope)) return err(failure('forbidden', `this token lacks the scope ${scope}`))
  return ok({ workspace, tokenId })
}

/** Who calls and what this one may; a token in the header comes before a session. */
export async function holderOf(
  request: Request,
  env: Env,
  configs: ConfigStore,
  now: number,
): Promise<Result<Holder, Failure>> {
  const session = request.headers.has('Authorization') ? undefined : sessionCookieIn(request)
  if (session !== undefined) return holderOfSession(session, request, env, now)
  const token = TOKEN.exec(request.headers.get('Authorization') ?? '')?.[1]
  return token === undefined ? err(UNAUTHORIZED) : holderOfToken(token, configs, now)
}

export async function holderOfToken(
  token: string,
  configs: ConfigStore,
  now: number,
): Promise<Result<Holder, Failure>> {
  const known = await configs.token(hashToken(token))
  if (known === 'unreadable') return err(UNREADABLE)
  if (known === 'unknown' || (known.expiresAt !== null && known.expiresAt <= now)) return err(UNAUTHORIZED)
  return ok({ workspace: known.workspace, tokenId: known.id, scopes: known.scopes })
}

async function holderOfSession(
  text: string,
  request: Request,
  env: Env,
  now: number,
): Promise<Result<Holder, Failure>> {
  const session = await sessionOf(env.WRITE_KEY_SECRET, text, now)
  if (!session) return err(SESSION_ENDED)
  if (needsSameOrigin(request) && originOf(request) !== 'same') return err(FROM_ELSEWHERE)
  const { workspace, tokenId, expiresAt } = session
  let scopes: readonly string[] | undefined
  try {
    scopes = await grantOf(env, workspace, tokenId, now)
  } catch (fault) {
    log.warn('session: its token cannot be read', { workspace_id: workspace, fault })
    return err(UNREADABLE)
  }
  return scopes ? ok({ workspace, tokenId, scopes, sessionEnds: expiresAt }) : err(SESSION_ENDED)
}
