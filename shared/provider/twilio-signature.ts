import { fromBase64, fromHex } from './encoding.ts'
import { type FormField, readForm } from './form.ts'
import { type HookRequest, type HookSettings, header, mediaTypeOf, signedUrl } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import { isHmacOfAny, secretsOf } from './scheme.ts'
import { refused, VERIFIED, type Verdict } from './verdict.ts'

/**
 * Twilio: HMAC-SHA1 over the address and the sorted form. Of a body that is no form only its hash is signed, inside the
 * address (`bodySHA256`), and then both must match: the signature alone would fit any body.
 */
export function verifyTwilioSignature(request: HookRequest, settings: HookSettings, tools: HookTools): Verdict {
  const secrets = secretsOf(settings)
  const url = signedUrl(request, settings)
  if (secrets.length === 0 || url === undefined) return refused('not_configured')
  const value = header(request, 'x-twilio-signature')
  if (value === undefined) return refused('missing')
  const given = fromBase64(value)
  const signed = signedFields(request, url, tools)
  if (!given || typeof signed === 'string') return refused(signed === 'mismatch' ? 'mismatch' : 'malformed')
  for (const address of spellings(url)) {
    if (isHmacOfAny(tools, 'sha1', secrets, [address, ...signed], given)) return VERIFIED
  }
  return refused('mismatch')
}

function signedFields(
  request: HookRequest,
  url: string,
  tools: HookTools,
): readonly string[] | 'malformed' | 'mismatch' {
  const isForm = mediaTypeOf(request) === 'application/x-www-form-urlencoded'
  const hash = /[?&]bodySHA256=([^&]*)/.exec(url)?.[1]
  if (isForm && hash === undefined) {
    const fields = readForm(request.text)
    return fields ? formText(fields) : 'malformed'
  }
  const bytes = hash === undefined ? undefined : fromHex(hash)
  if (!bytes) return request.bytes.length === 0 && hash === undefined ? [] : 'malformed'
  return tools.isSame(tools.sha256([request.bytes]), bytes) ? [] : 'mismatch'
}

/** Names by code unit; of a name that came several times the distinct values, sorted, each behind the name. */
function formText(fields: readonly FormField[]): readonly string[] {
  const values = new Map<string, Set<string>>()
  for (const [name, value] of fields) values.set(name, (values.get(name) ?? new Set()).add(value))
  return [...values]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, set]) => [...set].sort().map((each) => name + each))
}

/** The address as configured, without a port, with one, and each of these with the query written the old way. */
function spellings(url: string): readonly string[] {
  const parts = /^(https?):\/\/((?:[^/?#@]*@)?)([^/?#:]+|\[[^\]]+\])(?::(\d+))?([^?#]*)(\?[^#]*)?/i.exec(url)
  if (!parts) return [url]
  const [, scheme = '', user = '', host = '', port, path = '', query = ''] = parts
  const standard = scheme.toLowerCase() === 'https' ? '443' : '80'
  const with_ = (where: string, search: string) => `${scheme}://${user}${where}${path === '' ? '/' : path}${search}`
  const spelled = [url]
  for (const search of new Set([query, legacyQuery(query)])) {
    spelled.push(with_(host, search), with_(`${host}:${port ?? standard}`, search))
  }
  return [...new Set(spelled)]
}

/** As the helper library once wrote queries: read, values of one name together, and escaped again. */
function legacyQuery(query: string): string {
  const fields = query === '' ? undefined : readForm(query.slice(1))
  if (!fields) return query
  const values = new Map<string, string[]>()
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value])
  const pairs = [...values].flatMap(([name, all]) => all.map((each) => `${escaped(name)}=${escaped(each)}`))
  return `?${pairs.join('&')}`
}

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
