import { callOut } from './outbound.ts'
import { hostOf, type OutboundRules, refusedUrl } from './outbound-address.ts'

/**
 * A `fetch` of customer code, carried out by us: only to hosts on its list, and then like any other call to a stranger's
 * server. The runtime asks for each hop of a redirect anew, so each is looked at. A refusal is a header that the wrapper
 * turns into an exception, because one thrown here would be counted as a failure of ours.
 */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const MOST_BODY_BYTES = 1024 * 1024
/** Of the hop between the customer's isolate and us, or added by the platform. */
const NOT_PASSED =
  /^(?:host|user-agent|connection|content-length|transfer-encoding|accept-encoding|cf-.*|x-forwarded-.*|x-real-ip)$/
/** The body was read and unpacked. */
const NOT_GIVEN = /^(?:connection|content-length|content-encoding|transfer-encoding|x-tributary-refused)$/

export async function fetchForCode(
  request: Request,
  allow: readonly string[],
  rules: OutboundRules,
): Promise<Response> {
  const url = new URL(request.url)
  const where = `fetch to ${url.host}`
  if (!isAllowed(url, allow)) return refused(`${where} is not allowed: the host is not on the list of this code`)
  const method = METHODS.find((known) => known === request.method)
  if (!method) return refused(`${where}: ${request.method} is not possible from customer code`)
  const body = await bodyOf(request)
  if (typeof body === 'object') return refused(`${where}: ${body.fault}`)
  const headers = Object.fromEntries([...request.headers].filter(([name]) => !NOT_PASSED.test(name)))
  const outcome = await callOut({ method, url: url.href, headers, ...(body === '' ? {} : { body }) }, rules)
  if (outcome.kind === 'forbidden') return refused(`${where} is not allowed: ${outcome.reason}`)
  if (outcome.kind === 'failed') return refused(`${where}: ${outcome.reason}`)
  const { reply } = outcome
  if (reply.cut) return refused(`${where}: the answer broke off or is too long`)
  const given = Object.entries(reply.headers).filter(([name]) => !NOT_GIVEN.test(name))
  const empty = reply.status === 204 || reply.status === 205 || reply.status === 304
  return new Response(empty ? null : reply.body, { status: reply.status, headers: given })
}

/** A wildcard would stand for hosts that nobody has looked at. */
const HOST = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** Why a host cannot be on the list of a customer's code, in words. */
export function refusedHost(host: string, rules: OutboundRules): string | undefined {
  const url = URL.parse(`https://${host}/`)
  if (!HOST.test(host) || url?.host !== host.toLowerCase())
    return 'must be a host name, with a port when it is another than 443'
  return refusedUrl(url.href, rules)
}

function isAllowed(url: URL, allow: readonly string[]): boolean {
  const port = url.port === '' ? '' : `:${url.port}`
  const plain = `${hostOf(url)}${port}`
  return allow.some((host) => host.toLowerCase() === plain || host.toLowerCase() === url.host)
}

/** The text of a body; what is no text, or too much, is not sent on. */
async function bodyOf(request: Request): Promise<string | { readonly fault: string }> {
  if (!request.body) return ''
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body) {
    parts.push(part)
    size += part.byteLength
    if (size > MOST_BODY_BYTES) return { fault: `a body has at most ${MOST_BODY_BYTES} bytes` }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts))
  } catch {
    return { fault: 'a body must be text' }
  }
}

function refused(reason: string): Response {
  return new Response(null, { status: 403, headers: { 'x-tributary-refused': encodeURIComponent(reason) } })
}
