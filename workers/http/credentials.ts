import { isObject, own } from '../../shared/kernel/json.ts'

/** What a request says of who sends it; whether it is true is decided in authenticate-source.ts. */
export type Credential =
  | { readonly kind: 'write key'; readonly key: string }
  | { readonly kind: 'secret key'; readonly appKey: string; readonly secretKey: string }
  | { readonly kind: 'signature'; readonly appKey: string; readonly timestamp: string; readonly signature: string }

/**
 * The credential of the headers or the query, or undefined when there is none (the body may hold a write key then).
 * X-App-Key is a promise that the request is signed, so nothing else counts beside it. Then in the order of
 * contracts/sdk.md §2, the first that is neither empty nor masked: Authorization (Basic, with an app key and its secret
 * key or with a write key as user name; Bearer when it is a write key), X-Write-Key, query.
 */
export function credentialOf(request: Request): Credential | undefined {
  const { headers } = request
  const appKey = headers.get('X-App-Key')
  if (appKey !== null) return signatureOf(appKey, headers)
  const authorized = ofAuthorization(headers.get('Authorization'))
  if (authorized) return authorized
  const key = keyOfJitsu(headers.get('X-Write-Key')) ?? keyOfQuery(request.url)
  return key === undefined ? undefined : { kind: 'write key', key }
}

/** A header that is not there, or there twice (the runtime joins them with a comma), makes a signature that is wrong. */
function signatureOf(appKey: string, headers: Headers): Credential {
  const signature = /^sha256=([0-9a-f]{64})$/i.exec(headers.get('X-Signature')?.trim() ?? '')?.[1] ?? ''
  return { kind: 'signature', appKey: appKey.trim(), timestamp: headers.get('X-Timestamp')?.trim() ?? '', signature }
}

function ofAuthorization(authorization: string | null): Credential | undefined {
  if (authorization === null) return undefined
  const space = authorization.indexOf(' ')
  const scheme = authorization.slice(0, space).toLowerCase()
  const rest = authorization.slice(space + 1).trim()
  // A bearer token that is no write key is Segment's OAuth; such a request brings its key in the body.
  if (scheme === 'bearer') return rest.startsWith('wk_') ? { kind: 'write key', key: rest } : undefined
  if (scheme !== 'basic') return undefined
  // Buffer reads any base64, padded or not, and never throws.
  const pair = Buffer.from(rest, 'base64').toString()
  const colon = pair.indexOf(':')
  const user = usable(colon === -1 ? pair : pair.slice(0, colon))
  if (user?.startsWith('ak_')) {
    return { kind: 'secret key', appKey: user, secretKey: colon === -1 ? '' : pair.slice(colon + 1) }
  }
  return user === undefined ? undefined : { kind: 'write key', key: user }
}

/** Jitsu's client takes no key without a colon, and ours have none: what follows it is nothing that we gave out. */
function keyOfJitsu(text: string | null): string | undefined {
  const key = usable(text)
  return key?.startsWith('wk_') ? key.split(':', 1)[0] : key
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
