import { isObject, own } from '../../shared/kernel/json.ts'

/**
 * Where a write key may stand, in the order of contracts/sdk.md §2; the first that is neither empty nor masked counts:
 * Authorization (Basic user name, or Bearer when it is a write key), X-Write-Key, query, body, first item of the body.
 */
export function keyOfHeaders(request: Request): string | undefined {
  const { headers } = request
  return (
    keyOfAuthorization(headers.get('Authorization')) ?? usable(headers.get('X-Write-Key')) ?? keyOfQuery(request.url)
  )
}

function keyOfAuthorization(authorization: string | null): string | undefined {
  if (authorization === null) return undefined
  const space = authorization.indexOf(' ')
  const scheme = authorization.slice(0, space).toLowerCase()
  const rest = authorization.slice(space + 1).trim()
  // A bearer token that is no write key is Segment's OAuth; such a request brings its key in the body.
  if (scheme === 'bearer') return rest.startsWith('wk_') ? rest : undefined
  if (scheme !== 'basic') return undefined
  // Buffer reads any base64, padded or not, and never throws.
  const pair = Buffer.from(rest, 'base64').toString()
  const colon = pair.indexOf(':')
  return usable(colon === -1 ? pair : pair.slice(0, colon))
}

function keyOfQuery(url: string): string | undefined {
  // Parsing a URL costs more than looking whether there is anything to parse.
  if (!url.includes('writeKey=')) return undefined
  return usable(new URL(url).searchParams.get('writeKey'))
}

/** The key in a parsed body: at the top, or in the first item of a batch or an array. */
export function keyOfBody(body: unknown): string | undefined {
  if (Array.isArray(body)) return keyIn(body[0])
  if (!isObject(body)) return undefined
  const batch = own(body, 'batch')
  return keyIn(body) ?? (Array.isArray(batch) ? keyIn(batch[0]) : undefined)
}

function keyIn(value: unknown): string | undefined {
  const key = isObject(value) ? own(value, 'writeKey') : undefined
  return typeof key === 'string' ? usable(key) : undefined
}

/** Jitsu masks the key in the body as `***`. */
function usable(text: string | null): string | undefined {
  const key = text?.trim()
  return key === undefined || key === '' || key.includes('***') ? undefined : key
}
