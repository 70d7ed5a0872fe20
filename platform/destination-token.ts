import type { DestinationConfig } from '../shared/destination/destination-config.ts'
import type { DestinationType } from '../shared/destination/destination-type.ts'
import { refused, retry, type Verdict } from '../shared/destination/verdict.ts'
import { settingsOf } from './destination-settings.ts'
import { callOut } from './outbound.ts'
import { outboundRules } from './outbound-address.ts'

/** Access tokens that APIs give out for a while, per isolate and version of the destination's settings. */
const tokens = new Map<string, { readonly token: string; readonly until: number }>()
const MOST_TOKENS = 1_000
/** A token is not used to its last minute. */
const MARGIN_MS = 60_000

/** The token to call with; undefined for types that need none; a verdict when there is none to be had. */
export async function accessTokenFor(
  env: Env,
  destination: DestinationConfig,
  { token }: DestinationType,
): Promise<string | undefined | Verdict> {
  if (!token) return undefined
  const name = `${destination.workspace}/${destination.id}/${destination.version}`
  const known = tokens.get(name)
  if (known && known.until > Date.now()) return known.token
  const outcome = await callOut(token.call(settingsOf(env.IDENTITY_SECRET, destination)), outboundRules(env))
  if (outcome.kind === 'failed') return retry(`access token: ${outcome.reason}`)
  if (outcome.kind === 'forbidden') return refused(`access token: ${outcome.reason}`)
  const got = token.read(outcome.reply, Date.now())
  if ('kind' in got) return got
  if (tokens.size >= MOST_TOKENS) tokens.clear()
  tokens.set(name, { token: got.token, until: Date.now() + got.holdsMs - MARGIN_MS })
  return got.token
}

/** One that was not accepted: the next attempt gets another. */
export function forgetToken({ workspace, id, version }: DestinationConfig): void {
  tokens.delete(`${workspace}/${id}/${version}`)
}
