import type { ConfigStore } from '../../platform/config-store.ts'
import { isSame, ownerOfWriteKey } from '../../platform/hashing.ts'
import { isInRanges } from '../../platform/ip-ranges.ts'
import { waitFor } from '../../platform/rate-limit.ts'
import { isSignedWith, secretKeyOf, sourceOfAppKey } from '../../platform/server-keys.ts'
import { isLiving, tried } from '../../shared/config/source-keys.ts'
import type { SourceConfig } from '../../shared/config/workspace-config.ts'
import type { ConnectionSettings } from '../../shared/enrich/connection.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { Credential } from './credentials.ts'

/**
 * Who sends, proven by a credential of contracts/http.md. A made-up key costs no read: its MAC says so. Everything else
 * is asked of the source's configuration, which the isolate has at hand: which generations of its keys are accepted,
 * whether it is enabled, from where and how often it may send.
 */
export interface Sender {
  readonly source: string
  /** Unknown while the configuration cannot be read: then a well-formed write key is enough, and the consumer decides. */
  readonly workspace: string | undefined
  /** `server` only with a secret: a write key is public, whatever kind of source it belongs to. */
  readonly trust: 'public' | 'server'
  /** What may be kept of its connections; unknown like the workspace. */
  readonly connection: ConnectionSettings | undefined
}

/** A signed request proves its sender only with its body, as it was sent. */
export interface Unproven {
  readonly prove: (body: Uint8Array) => Result<Sender, Failure>
}

/** What authentication needs of its surroundings. `now` in epoch milliseconds. */
export interface Gate {
  readonly request: Request
  readonly env: Pick<Env, 'WRITE_KEY_SECRET'>
  readonly configs: ConfigStore
  readonly now: number
}

export async function senderOf(credential: Credential, gate: Gate): Promise<Result<Sender | Unproven, Failure>> {
  switch (credential.kind) {
    case 'write key':
      return senderOfWriteKey(credential.key, gate)
    case 'secret key':
    case 'signature':
      return senderOfAppKey(credential, gate)
  }
}

/** Also for keys that stand in a body. */
export async function senderOfWriteKey(key: string, gate: Gate): Promise<Result<Sender, Failure>> {
  const owner = ownerOfWriteKey(gate.env.WRITE_KEY_SECRET, key)
  if (!owner) return err(WRONG_WRITE_KEY)
  const source = await gate.configs.source(owner.sourceId)
  // RudderStack's mobile SDKs throw away what they hold when they see a 401, so nobody is refused on a suspicion.
  if (source === 'unreadable')
    return ok({ source: owner.sourceId, workspace: undefined, trust: 'public', connection: undefined })
  if (source === 'unknown' || !isLiving(owner.generation, source.writeKeys)) return err(WRONG_WRITE_KEY)
  return admitted(source, 'public', WRONG_WRITE_KEY, gate)
}

type ServerCredential = Exclude<Credential, { kind: 'write key' }>

async function senderOfAppKey(credential: ServerCredential, gate: Gate): Promise<Result<Sender | Unproven, Failure>> {
  const { env, configs, now } = gate
  const id = sourceOfAppKey(env.WRITE_KEY_SECRET, credential.appKey)
  if (id === undefined) return err(WRONG_SERVER_KEY)
  // What can be said without any read is said first.
  if (credential.kind === 'signature' && !isTimely(credential.timestamp, now)) return err(OUT_OF_TIME)
  const source = await configs.source(id)
  // Unlike a write key this one is trusted, so it must be known not to be revoked. Servers keep what they could not send.
  if (source === 'unreadable') return err(failure('unavailable', 'server keys cannot be checked at the moment'))
  if (source === 'unknown' || source.kind !== 'server') return err(WRONG_SERVER_KEY)
  const isOneOf = (isRight: (secretKey: string) => boolean) =>
    tried(source.secretKeys).some((generation) => isRight(secretKeyOf(env.WRITE_KEY_SECRET, id, generation)))
  if (credential.kind === 'secret key') {
    return isOneOf((key) => isSame(key, credential.secretKey))
      ? admitted(source, 'server', WRONG_SERVER_KEY, gate)
      : err(WRONG_SERVER_KEY)
  }
  const { timestamp, signature } = credential
  return ok({
    prove: (body) =>
      isOneOf((key) => isSignedWith(key, timestamp, body, signature))
        ? admitted(source, 'server', WRONG_SERVER_KEY, gate)
        : err(WRONG_SIGNATURE),
  })
}

function admitted(
  source: SourceConfig,
  trust: Sender['trust'],
  wrongKey: Failure,
  { request, now }: Gate,
): Result<Sender, Failure> {
  const refusal = refusalOf(source, request, now, wrongKey)
  return refusal
    ? err(refusal)
    : ok({ source: source.id, workspace: source.workspace, trust, connection: source.connection })
}

/**
 * Why a source whose credential is right may not send now, or from here; also for webhooks. To be asked last: only what
 * passes everything else costs a place in the rate limit. `unknown` is what somebody hears whom the source does not know.
 */
export function refusalOf(
  { id, enabled, settings }: SourceConfig,
  request: Request,
  now: number,
  unknown: Failure,
): Failure | undefined {
  if (!enabled) return settings.whenDisabled === 'pause' ? PAUSED : unknown
  const { allowedIps = [], rateLimitPerMinute } = settings
  if (allowedIps.length > 0 && !isInRanges(request.headers.get('CF-Connecting-IP'), allowedIps)) return FROM_ELSEWHERE
  const waitSeconds = rateLimitPerMinute === undefined ? 0 : waitFor(id, rateLimitPerMinute, now)
  return waitSeconds > 0 ? { ...TOO_OFTEN, retryAfterSeconds: waitSeconds } : undefined
}

/** How far the clock of a server may be off, and how long a captured request could be sent again. */
const SIGNATURE_SECONDS = 300

function isTimely(timestamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(now / 1_000 - Number(timestamp)) <= SIGNATURE_SECONDS
}

/** RudderStack's mobile SDKs look for these words. */
export const WRONG_WRITE_KEY = failure('unauthorized', 'invalid write key')
const WRONG_SERVER_KEY = failure('unauthorized', 'invalid app key or secret key')
const WRONG_SIGNATURE = failure(
  'unauthorized',
  'X-Signature is not sha256=<hex HMAC-SHA256(secret key, X-Timestamp + "." + body as sent)>',
)
const OUT_OF_TIME = failure('unauthorized', 'X-Timestamp must be epoch seconds, at most 5 minutes from now')
const PAUSED = failure('not_found', 'this source is disabled')
const FROM_ELSEWHERE = failure('forbidden', 'this source takes nothing from this address')
const TOO_OFTEN = failure('rate_limited', 'this source sends more often than it may')
