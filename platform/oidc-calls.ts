import { createHash, randomBytes } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import { jsonOf } from '../shared/kernel/json.ts'
import { err, ok, type Result } from '../shared/kernel/result.ts'
import { callOut } from './outbound.ts'
import { type OutboundRules, refusedUrl } from './outbound-address.ts'

/** What is asked of an OpenID Connect provider: its document, its keys, and a token for a code. Why not, in words. */
const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
})
export type Discovery = z.infer<typeof Discovery>

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })
const Tokens = z.object({ id_token: z.string() })

/** The provider's own document. It must name itself as it was asked for: another one's would sign for it. */
export async function discover(issuer: string, rules: OutboundRules): Promise<Result<Discovery, string>> {
  const read = await asked(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, rules, Discovery)
  if (!read.ok) return read
  const found = read.value
  if (found.issuer.replace(/\/$/, '') !== issuer.replace(/\/$/, ''))
    return err(`the document there is of another issuer: ${found.issuer.slice(0, 200)}`)
  const refused = refusedUrl(found.authorization_endpoint, rules)
  return refused === undefined ? read : err(`its authorization_endpoint ${refused}`)
}

export async function keysOf({ jwks_uri }: Discovery, rules: OutboundRules): Promise<Result<JSONWebKeySet, string>> {
  return asked(jwks_uri, rules, KeySet)
}

export interface CodeExchange {
  readonly code: string
  readonly verifier: string
  readonly redirectUri: string
  readonly clientId: string
  readonly clientSecret: string | undefined
}

/** The ID token that a code stands for. */
export async function exchangeCode(
  { token_endpoint: url, token_endpoint_auth_methods_supported: methods }: Discovery,
  { code, verifier, redirectUri, clientId, clientSecret }: CodeExchange,
  rules: OutboundRules,
): Promise<Result<string, string>> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: clientId,
    code_verifier: verifier,
  })
  const headers: Record<string, string> = { 'Content-Type': 'application/x-www-form-urlencoded' }
  // `client_secret_basic` is what a provider takes that says nothing.
  const isPost = methods !== undefined && !methods.includes('client_secret_basic')
  if (clientSecret !== undefined && isPost) form.set('client_secret', clientSecret)
  else if (clientSecret !== undefined) headers['Authorization'] = basic(clientId, clientSecret)
  const read = await asked(url, rules, Tokens, { method: 'POST', headers, body: form.toString() })
  return read.ok ? ok(read.value.id_token) : read
}

/** RFC 6749, 2.3.1: both are form-encoded before they are joined. */
function basic(clientId: string, secret: string): string {
  const encoded = [clientId, secret].map((text) => new URLSearchParams({ _: text }).toString().slice(2)).join(':')
  return `Basic ${Buffer.from(encoded).toString('base64')}`
}

async function asked<T>(
  url: string,
  rules: OutboundRules,
  schema: z.ZodType<T>,
  more: { method?: 'POST'; headers?: Record<string, string>; body?: string } = {},
): Promise<Result<T, string>> {
  const { headers = {}, ...rest } = more
  const request = { method: 'GET' as const, ...rest, url, headers: { Accept: 'application/json', ...headers } }
  const outcome = await callOut(request, rules)
  if (outcome.kind !== 'reply') return err(outcome.reason)
  const { status, body } = outcome.reply
  if (status !== 200) return err(`it answered ${status}`)
  const parsed = schema.safeParse(jsonOf(body))
  return parsed.success ? ok(parsed.data) : err('its answer is not as OpenID Connect says')
}

/** RFC 7636: whoever brings the code must also have what it was asked for with. */
export function newVerifier(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
