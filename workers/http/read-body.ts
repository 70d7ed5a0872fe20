import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'

/**
 * The text of a request body, whatever its content type says (contracts/sdk.md §3): gzip by Content-Encoding, chunked or
 * not, a leading BOM allowed, strict UTF-8. Never more than LIMITS.requestBytes are held, packed or unpacked, so a gzip
 * bomb costs no more than an honest request.
 */
export async function readBody(request: Request): Promise<Result<string, Failure>> {
  const declared = Number(request.headers.get('Content-Length') ?? Number.NaN)
  if (declared > LIMITS.requestBytes) return err(TOO_LARGE)
  if (request.body === null) return ok('')
  const encoding = request.headers.get('Content-Encoding')
  if (encoding === null || encoding === '' || encoding.toLowerCase() === 'identity') {
    // A declared length is held by the server below us, so the body may be taken whole; without one, only we bound it.
    if (declared >= 0) return decodedAll([new Uint8Array(await request.arrayBuffer())])
    return decodedAll(await bounded(request.body))
  }
  if (!/^(x-)?gzip$/i.test(encoding.trim()))
    return err(failure('invalid_request', `unknown Content-Encoding ${encoding}`))
  try {
    return decodedAll(await bounded(request.body.pipeThrough(new DecompressionStream('gzip'))))
  } catch {
    return err(failure('invalid_request', 'the body is not valid gzip'))
  }
}

const TOO_LARGE = failure('too_large', `the body is larger than ${LIMITS.requestBytes} bytes after decompression`)

/** All bytes of a stream in pieces, or undefined once there are too many. */
async function bounded(stream: ReadableStream<Uint8Array>): Promise<readonly Uint8Array[] | undefined> {
  const pieces: Uint8Array[] = []
  const reader = stream.getReader()
  for (let size = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return pieces
    size += value.byteLength
    if (size > LIMITS.requestBytes) {
      await reader.cancel().catch(() => {}) // what comes after the limit is nobody's, an error included
      return undefined
    }
    pieces.push(value)
  }
}

function decodedAll(pieces: readonly Uint8Array[] | undefined): Result<string, Failure> {
  if (pieces === undefined) return err(TOO_LARGE)
  const bytes = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
  return bytes.byteLength > LIMITS.requestBytes ? err(TOO_LARGE) : decoded(bytes)
}

/** Keeps no state between whole decodes; leaves a BOM out. Replacing bad bytes would change what was said. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

function decoded(bytes: Uint8Array): Result<string, Failure> {
  try {
    return ok(utf8.decode(bytes))
  } catch {
    return err(failure('invalid_request', 'the body is not valid UTF-8'))
  }
}
