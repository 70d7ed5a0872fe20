import { log } from '../../platform/log.ts'
/** Bytes on their way into one R2 object, gathered into parts; a file smaller than a part is written at once. */
export interface UploadParts {
  add(bytes: Uint8Array): Promise<void>
  complete(): Promise<void>
  /** Leaves nothing behind. Never rejects: it is called when something else has failed. */
  abort(): Promise<void>
}

/** Parts of a multipart upload are equally large, all but the last, and have at least 5 MiB. */
const PART_BYTES = 8 * 1024 * 1024

export function uploadParts(bucket: R2Bucket, key: string): UploadParts {
  const part = Buffer.allocUnsafe(PART_BYTES)
  let filled = 0
  let upload: R2MultipartUpload | undefined
  const uploaded: R2UploadedPart[] = []

  const flush = async () => {
    upload ??= await bucket.createMultipartUpload(key)
    // A copy: the buffer is filled again while the part may still be on its way.
    uploaded.push(await upload.uploadPart(uploaded.length + 1, part.subarray(0, filled).slice()))
    filled = 0
  }
  return {
    async add(bytes) {
      for (let from = 0; from < bytes.byteLength; ) {
        const piece = bytes.subarray(from, from + PART_BYTES - filled)
        part.set(piece, filled)
        filled += piece.byteLength
        from += piece.byteLength
        if (filled === PART_BYTES) await flush()
      }
    },
    async complete() {
      if (!upload) {
        await bucket.put(key, part.subarray(0, filled))
        return
      }
      if (filled > 0) await flush()
      await upload.complete(uploaded)
    },
    async abort() {
      await upload
        ?.abort()
        .catch((fault: unknown) => log.error('import: an upload is not taken back', { object: key, fault }))
    },
  }
}
