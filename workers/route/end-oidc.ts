import { hashToken } from '../../platform/hashing.ts'
import { log } from '../../platform/log.ts'
import { memberOfPerson } from '../../platform/member-sign-in.ts'
import { discover, exchangeCode, keysOf } from '../../platform/oidc-calls.ts'
import { type OidcPerson, personIn } from '../../platform/oidc-person.ts'
import { clientSecretOf, type OidcProvider, oidcProviderOf } from '../../platform/oidc-provider.ts'
import { outboundRules } from '../../platform/outbound-address.ts'
import { sessionToken } from '../../platform/session-token.ts'
import { endOidc, type OidcFailure } from '../../shared/contract/end-oidc.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { endedJourneyCookie, journeyIn, type OidcJourney } from '../http/oidc-cookie.ts'
import { type Call, serve } from '../http/serve.ts'
import { sessionCookie } from '../http/session-cookie.ts'
import { redirectUriOf } from './oidc-document.ts'
import { leadTo, notTooOften, signInPageWith } from './oidc-ways.ts'

/** Back from the provider: only in the browser that went there, only once, only with what the provider proves. */
export const endOidcRoute = serve(endOidc, async ({ query }, call) => {
  const { env, request, now } = call
  const often = notTooOften(request, now)
  if (!often.ok) return often
  const journey = journeyIn(request, env, now)
  const member = journey ? await memberAtEnd(journey, query, call) : err<OidcFailure>('ended')
  if (!member.ok || !journey)
    return ok(
      leadTo(signInPageWith(member.ok ? 'ended' : member.failure, journey?.workspace), endedJourneyCookie(request)),
    )
  const session = await sessionToken(env.WRITE_KEY_SECRET, { workspace: journey.workspace, tokenId: member.value }, now)
  return ok(leadTo(journey.next, sessionCookie(request, session), endedJourneyCookie(request)))
})

interface Returned {
  readonly code?: string | undefined
  readonly state?: string | undefined
  readonly error?: string | undefined
}

async function memberAtEnd(
  journey: OidcJourney,
  { code, state, error }: Returned,
  call: Call,
): Promise<Result<string, OidcFailure>> {
  const { env, now } = call
  if (state !== journey.state) return err('ended')
  if (error !== undefined) return err('denied')
  if (code === undefined || !(await isFirstReturn(journey, call))) return err('ended')
  const provider = await oidcProviderOf(env, journey.workspace)
  if (!provider) return err('provider')
  const person = await personBehind(code, journey, provider, call)
  if (!person.ok) return person
  const member = await memberOfPerson(env, provider, person.value, now)
  return member === undefined ? err('stranger') : ok(member)
}

/** A state that came back once is used up, also by somebody who copied everything. */
async function isFirstReturn({ state, endsAt }: OidcJourney, { env, now }: Call): Promise<boolean> {
  const [, inserted] = await env.DB.batch([
    env.DB.prepare('DELETE FROM oidc_returns WHERE expires_at < ?').bind(now),
    env.DB.prepare(
      'INSERT INTO oidc_returns (hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING hash',
    ).bind(hashToken(state), endsAt),
  ])
  return inserted?.results[0] !== undefined
}

async function personBehind(
  code: string,
  { nonce, verifier, workspace }: OidcJourney,
  provider: OidcProvider,
  { env, request, now }: Call,
): Promise<Result<OidcPerson, OidcFailure>> {
  const rules = outboundRules(env)
  const failed = (step: string, reason: string) => {
    log.warn(`oidc: ${step}`, { workspace_id: workspace, reason })
    return err<OidcFailure>('provider')
  }
  const found = await discover(provider.issuer, rules)
  if (!found.ok) return failed('the provider cannot be asked', found.failure)
  const { clientId } = provider
  const clientSecret = clientSecretOf(env, provider)
  const exchange = { code, verifier, redirectUri: redirectUriOf(request), clientId, clientSecret }
  const idToken = await exchangeCode(found.value, exchange, rules)
  if (!idToken.ok) return failed('the code was not taken', idToken.failure)
  const keys = await keysOf(found.value, rules)
  if (!keys.ok) return failed('the keys cannot be read', keys.failure)
  const person = await personIn(idToken.value, keys.value, { issuer: found.value.issuer, clientId, nonce, now })
  return typeof person === 'string' ? err(person) : ok(person)
}
