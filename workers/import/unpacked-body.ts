import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'

/**
 * The file in a body that may be packed. zlib's stream and not DecompressionStream: that one unpacks what was written to
 * it before anybody reads (read-body.ts), this one stops when nobody does, so a bomb is noticed by its size.
 */
export function unpackedBody(
  body: ReadableStream<Uint8Array>,
  contentEncoding: string | null,
): Result<ReadableStream<Uint8Array>, Failure> {
  const encoding = contentEncoding?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return ok(body)
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    return err(failure('unsupported_media_type', 'the file may be plain or gzip, but has another Content-Encoding'))
  }
  const gunzip = createGunzip()
  const reader = body.getReader()
  const packed = Readable.from(chunks(reader))
  packed.on('error', (fault) => gunzip.destroy(fault))
  packed.pipe(gunzip)
  const unpacked = gunzip[Symbol.asyncIterator]()
  return ok(
    new ReadableStream<Uint8Array>({
      async pull(out) {
        const { done, value } = await unpacked.next()
        if (done) out.close()
        else out.enqueue(new Uint8Array(value as Buffer))
      },
      async cancel() {
        gunzip.destroy()
        await reader.cancel()
      },
    }),
  )
}

async function* chunks(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

/** Whether reading failed because the body is not what Content-Encoding says. */
export function isNotGzip(fault: unknown): boolean {
  const code = (fault as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^Z_(DATA|BUF)_ERROR$/.test(code)
}
