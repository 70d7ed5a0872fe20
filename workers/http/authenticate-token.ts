import type { ConfigStore } from '../../platform/config-store.ts'
import { hashToken } from '../../platform/hashing.ts'
import { log } from '../../platform/log.ts'
import { sessionOf } from '../../platform/session-token.ts'
import { grantOf } from '../../platform/token-grant.ts'
import type { Scope } from '../../shared/contract/contract.ts'
import { isGranted } from '../../shared/contract/granted.ts'
import type { Grant } from '../../shared/contract/roles.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { needsSameOrigin, originOf } from './same-origin.ts'
import { sessionCookieIn } from './session-cookie.ts'

/** Who calls, proven by an API token, or by a session of the portal that was made with one or is a member's. */
export interface Caller {
  readonly workspace: string
  /** Or of the member. */
  readonly tokenId: string
  /** Personal values in what it reads are masked. */
  readonly masked: boolean
}

export interface Holder extends Omit<Caller, 'masked'> {
  readonly grant: Grant
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
  const { workspace, tokenId, grant } = holder.value
  if (!isGranted(grant.scopes, scope)) return err(lacking(scope, grant))
  return ok({ workspace, tokenId, masked: grant.masked })
}

function lacking(scope: Scope, { role }: Grant): Failure {
  const who = role === null ? 'this token' : `the role ${role}`
  return failure('forbidden', `${who} lacks the scope ${scope}`)
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
  return ok({ workspace: known.workspace, tokenId: known.id, grant: known.grant })
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
  let grant: Grant | undefined
  try {
    grant = await grantOf(env, workspace, tokenId, now)
  } catch (fault) {
    log.warn('session: its token cannot be read', { workspace_id: workspace, fault })
    return err(UNREADABLE)
  }
  return grant ? ok({ workspace, tokenId, grant, sessionEnds: expiresAt }) : err(SESSION_ENDED)
}
