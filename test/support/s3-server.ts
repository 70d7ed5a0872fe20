import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signAws } from '../../platform/aws-sigv4.ts'

/**
 * A server that speaks S3 as its documentation says: signatures are checked over what arrived, writes may be conditional,
 * lists come in pages of two. `trouble` answers instead, once each, for 503 SlowDown and the like.
 */
export interface S3Server {
  readonly url: string
  readonly objects: Map<string, Buffer>
  readonly trouble: { status: number; code: string }[]
  stop(): Promise<void>
}

export const S3_KEYS = { accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG', region: 'us-east-1' }

export async function startS3(bucket: string): Promise<S3Server> {
  const objects = new Map<string, Buffer>()
  const trouble: { status: number; code: string }[] = []
  const server: Server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const answer = (status: number, text: string | Buffer = '') => response.writeHead(status).end(text)
    const refuse = (status: number, code: string) =>
      answer(status, `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`)
    if (!isSigned(request, body)) return refuse(403, 'SignatureDoesNotMatch')
    const next = trouble.shift()
    if (next) return refuse(next.status, next.code)
    const url = new URL(request.url ?? '/', 'http://localhost')
    const key = decodeURIComponent(url.pathname).slice(`/${bucket}/`.length)
    if (!url.pathname.startsWith(`/${bucket}`)) return refuse(404, 'NoSuchBucket')
    if (request.method === 'GET' && url.searchParams.has('list-type')) return answer(200, listing(objects, url))
    const known = objects.get(key)
    switch (request.method) {
      case 'PUT':
        if (request.headers['if-none-match'] === '*' && known) return refuse(412, 'PreconditionFailed')
        objects.set(key, body)
        return answer(200)
      case 'GET':
        return known ? answer(200, known) : refuse(404, 'NoSuchKey')
      case 'DELETE':
        objects.delete(key)
        return answer(204)
      default:
        return refuse(405, 'MethodNotAllowed')
    }
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    trouble,
    stop: () => new Promise((resume) => server.close(() => resume())),
  }
}

const PAGE = 2

function listing(objects: Map<string, Buffer>, url: URL): string {
  const prefix = url.searchParams.get('prefix') ?? ''
  const after = url.searchParams.get('continuation-token') ?? ''
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
  const shown = keys.slice(0, PAGE)
  const more = keys.length > PAGE
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${shown
    .map((key) => `<Contents><Key>${key}</Key></Contents>`)
    .join(
      '',
    )}<IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${shown.at(-1)}</NextContinuationToken>` : ''}</ListBucketResult>`
}

function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const given = request.headers.authorization ?? ''
  const names = /SignedHeaders=([^,]+)/.exec(given)?.[1] ?? ''
  if (request.headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex')) return false
  const headers = Object.fromEntries(names.split(';').map((name) => [name, String(request.headers[name] ?? '')]))
  const url = `http://${request.headers.host}${request.url}`
  return (
    signAws({ method: request.method ?? '', url, headers, body }, { ...S3_KEYS, service: 's3' }).authorization === given
  )
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
