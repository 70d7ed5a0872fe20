import { fromBase64, fromHex, fromPastedBase64 } from './encoding.ts'
import { type HookRequest, type HookSettings, header } from './hook-request.ts'
import type { HookTools, Part } from './hook-tools.ts'
import { refused, VERIFIED, type Verdict } from './verdict.ts'

/** Pieces that several schemes share. All comparing is of decoded bytes, in constant time. */

/** Blank secrets would make everybody's signature right. */
export function secretsOf(settings: HookSettings): readonly string[] {
  return settings.secrets.filter((secret) => secret.trim() !== '')
}

/** Whether any secret made this HMAC. Every secret is tried, so that the time does not say which one. */
export function isHmacOfAny(
  tools: HookTools,
  algorithm: 'sha1' | 'sha256',
  keys: readonly Part[],
  parts: readonly Part[],
  given: Uint8Array,
): boolean {
  let same = false
  for (const key of keys) if (tools.isSame(tools.hmac(algorithm, key, parts), given)) same = true
  return same
}

/** A whole header that is one HMAC: its encoding, an optional prefix, what is signed. */
export function verifyHmacHeader(
  request: HookRequest,
  settings: HookSettings,
  tools: HookTools,
  scheme: {
    readonly header: string
    readonly prefix?: string
    readonly algorithm: 'sha1' | 'sha256'
    readonly encoding: 'hex' | 'base64'
    readonly signed: readonly Part[]
  },
): Verdict {
  const secrets = secretsOf(settings)
  if (secrets.length === 0) return refused('not_configured')
  const value = header(request, scheme.header)
  if (value === undefined) return refused('missing')
  const prefix = scheme.prefix ?? ''
  if (!value.startsWith(prefix)) return refused('malformed')
  const text = value.slice(prefix.length)
  const given = scheme.encoding === 'hex' ? fromHex(text) : fromBase64(text)
  if (!given) return refused('malformed')
  return isHmacOfAny(tools, scheme.algorithm, secrets, scheme.signed, given) ? VERIFIED : refused('mismatch')
}

/**
 * Providers that sign nothing: HTTP Basic, a bearer token, or a header of one's own (`X-Webhook-Token`). One of them must
 * be configured, and what is configured is enough; addresses are checked before (the source's `allowedIps`).
 */
export function verifyCredential(request: HookRequest, settings: HookSettings, tools: HookTools): Verdict {
  const tokens = [...secretsOf(settings), ...(settings.bearerToken?.trim() ? [settings.bearerToken] : [])]
  const basic = settings.basicAuth
  if (tokens.length === 0 && !basic) return refused('not_configured')
  const authorization = header(request, 'authorization')
  const own = header(request, 'x-webhook-token')
  if (authorization === undefined && own === undefined) return refused('missing')
  const [scheme, ...rest] = (authorization ?? '').split(' ')
  const credential = rest.join(' ').trim()
  if (scheme?.toLowerCase() === 'basic' && basic) {
    const bytes = fromPastedBase64(credential)
    if (!bytes) return refused('malformed')
    return isSameSecret(tools, `${basic.user}:${basic.password}`, bytes) ? VERIFIED : refused('mismatch')
  }
  const given = scheme?.toLowerCase() === 'bearer' && credential !== '' ? credential : own
  if (given === undefined) return refused('mismatch')
  let same = false
  for (const token of tokens) if (isSameSecret(tools, token, given)) same = true
  return same ? VERIFIED : refused('mismatch')
}

/** Compares hashes, so that the time does not even depend on the length. */
export function isSameSecret(tools: HookTools, ours: Part, given: Part): boolean {
  return tools.isSame(tools.sha256([ours]), tools.sha256([given]))
}
