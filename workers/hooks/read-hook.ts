import type { HookRequest } from '../../shared/provider/hook-request.ts'

/** SendGrid posts up to 768 KB, and others a megabyte (contracts/providers.md §1). */
export const HOOK_BYTES = 2 * 1024 * 1024

/**
 * A provider's call as the verifiers take it: the bytes once and as they came, the query as it stood on the wire.
 * Undefined when the body is too large; no more than the limit is ever held.
 */
export async function readHook(request: Request): Promise<HookRequest | undefined> {
  const bytes = await bytesOf(request)
  if (!bytes) return undefined
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of request.headers) headers[name.toLowerCase()] = value
  return { method: request.method, query: queryOf(request.url), headers, bytes, text: utf8.decode(bytes) }
}

/** Bytes that are no UTF-8 are replaced here and verified as they are. */
const utf8 = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

function queryOf(url: string): string {
  const start = url.indexOf('?')
  return start === -1 ? '' : (url.slice(start + 1).split('#', 1)[0] as string)
}

async function bytesOf(request: Request): Promise<Uint8Array | undefined> {
  if (request.body === null) return new Uint8Array()
  if (Number(request.headers.get('Content-Length') ?? 0) > HOOK_BYTES) return undefined
  const pieces: Uint8Array[] = []
  const reader = (request.body as ReadableStream<Uint8Array>).getReader()
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
    size += value.byteLength
    if (size > HOOK_BYTES) {
      await reader.cancel().catch(() => {}) // what comes after the limit is nobody's, an error included
      return undefined
    }
    pieces.push(value)
  }
}
