import { createHash, createHmac } from 'node:crypto'

/** AWS Signature Version 4 of a request, for SES and any other service but S3 (whose paths are not encoded twice). */
export interface SignableRequest {
  readonly method: string
  readonly url: string
  /** `host` and `x-amz-date` included; a name that stands several times has a list of values. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array
}

export interface AwsCredentials {
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
  readonly service: string
}

export interface AwsSignature {
  readonly signature: string
  readonly canonicalRequest: string
  readonly stringToSign: string
  readonly authorization: string
}

/** @param signedHeaders `host;x-amz-date`; all of them when not given */
export function signAws(request: SignableRequest, keys: AwsCredentials, signedHeaders?: string): AwsSignature {
  const headers = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), folded(value)]))
  const names = (signedHeaders?.toLowerCase().split(';') ?? [...headers.keys()]).sort()
  const [path, query] = pathAndQuery(request.url)
  const canonicalRequest = [
    request.method.toUpperCase(),
    canonicalPath(path),
    canonicalQuery(query),
    ...names.map((name) => `${name}:${headers.get(name) ?? ''}`),
    '',
    names.join(';'),
    headers.get('x-amz-content-sha256') ?? sha256(request.body),
  ].join('\n')
  const at = headers.get('x-amz-date') ?? ''
  const scope = `${at.slice(0, 8)}/${keys.region}/${keys.service}/aws4_request`
  const stringToSign = ['AWS4-HMAC-SHA256', at, scope, sha256(canonicalRequest)].join('\n')
  const signature = hmac(signingKey(keys, at.slice(0, 8)), stringToSign).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { signature, canonicalRequest, stringToSign, authorization }
}

function signingKey(keys: AwsCredentials, day: string): Buffer {
  const dated = hmac(`AWS4${keys.secretKey}`, day)
  return hmac(hmac(hmac(dated, keys.region), keys.service), 'aws4_request')
}

/** The text after the host, as it stands: parsing would encode it once more. */
function pathAndQuery(url: string): [path: string, query: string] {
  const after = /^[a-z]+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?/i.exec(url)
  return [after?.[1] || '/', after?.[2] ?? '']
}

/** Without dot segments and empty ones, every segment encoded. */
function canonicalPath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.' && segment !== '') kept.push(segment)
  }
  const isFolder = kept.length > 0 && /(?:\/|\/\.|\/\.\.)$/.test(path)
  return `/${kept.map(encoded).join('/')}${isFolder ? '/' : ''}`
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs = query.split('&').map((pair) => {
    const split = pair.indexOf('=')
    const [name, value] = split === -1 ? [pair, ''] : [pair.slice(0, split), pair.slice(split + 1)]
    return [encoded(decoded(name)), encoded(decoded(value))] as const
  })
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return pairs
    .sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // No escapes after all: it is meant as it stands.
    return text
  }
}

/** Everything but RFC 3986's unreserved characters. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function folded(value: string | readonly string[]): string {
  const values = typeof value === 'string' ? [value] : value
  return values.map((each) => each.trim().replace(/\s+/g, ' ')).join(',')
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
