import { createHash } from 'node:crypto'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { transcoderOf } from './file-bytes.ts'
import { isNotGzip } from './unpacked-body.ts'
import { uploadParts } from './upload-parts.ts'

/** What came, once all of it is in R2. */
export interface StoredUpload {
  readonly bytes: number
  /** SHA-256 in hex of what is kept. */
  readonly hash: string
}

/**
 * Streams a body into R2 under a key that nobody else has, holding one part at a time, and answers its hash. Nothing is
 * left behind when it fails. A body that begins with nothing is refused: an empty file is a mistake.
 */
export async function storeUpload(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array>,
  charset: string | undefined,
): Promise<Result<StoredUpload, Failure>> {
  const hash = createHash('sha256')
  const parts = uploadParts(bucket, key)
  let [came, kept] = [0, 0]
  try {
    const reader = body.getReader()
    const head = await headOf(reader)
    if (head.byteLength === 0) return err(failure('invalid_request', 'the file is empty'))
    const transcode = transcoderOf(head, charset)
    if (!transcode) return err(failure('unsupported_media_type', `the charset ${charset?.slice(0, 50)} is not known`))
    for (let chunk: Uint8Array | undefined = head; ; ) {
      came += chunk?.byteLength ?? 0
      const bytes = transcode(chunk ?? EMPTY, chunk === undefined)
      kept += bytes.byteLength
      if (Math.max(came, kept) > LIMITS.importBytes) {
        await reader.cancel().catch(() => {}) // what comes after the limit is nobody's, an error included
        await parts.abort()
        return err(TOO_LARGE)
      }
      hash.update(bytes)
      await parts.add(bytes)
      if (chunk === undefined) break
      chunk = (await reader.read()).value
    }
    await parts.complete()
    return ok({ bytes: kept, hash: hash.digest('hex') })
  } catch (fault) {
    await parts.abort()
    if (isNotGzip(fault)) return err(failure('invalid_request', 'the body is not valid gzip'))
    throw fault
  }
}

export const TOO_LARGE = failure('too_large', `a file takes at most ${LIMITS.importBytes} bytes`)
const EMPTY = new Uint8Array()

/** The first bytes, enough to tell the encoding; a chunk may have a single one. */
async function headOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = EMPTY
  while (head.byteLength < 4) {
    const { done, value } = await reader.read()
    if (done) break
    head = head.byteLength === 0 ? value : Buffer.concat([head, value])
  }
  return head
}
