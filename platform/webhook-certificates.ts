import type { Certificate, HookTools } from '../shared/provider/hook-tools.ts'
import { readCertificate } from './webhook-tools.ts'

/**
 * The certificates SNS signs with, by address, kept in the isolate. The address was checked before it comes here
 * (shared/provider/sns-signature.ts); a redirect would leave that check behind, so none is followed.
 */
const PATIENCE_MS = 5_000
/** A certificate is 2 KB. */
const MOST_BYTES = 32_768
const MOST_KEPT = 50

const kept = new Map<string, Certificate>()

export function certificatesFrom(fetcher: typeof fetch): HookTools['certificate'] {
  return async (url) => {
    const known = kept.get(url)
    if (known) return known
    const read = await fetched(url, fetcher)
    if (!read) return undefined
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(url, read)
    return read
  }
}

async function fetched(url: string, fetcher: typeof fetch): Promise<Certificate | undefined> {
  const reply = await fetcher(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
  if (reply.status === 200 && Number(reply.headers.get('Content-Length') ?? 0) <= MOST_BYTES) {
    const text = await reply.text()
    return text.length <= MOST_BYTES ? readCertificate(text) : undefined
  }
  await reply.body?.cancel()
  // Amazon's trouble is not the sender's: a fault here is answered 503, so that the message comes again.
  if (reply.status >= 500) throw new Error(`${url} answered ${reply.status}`)
  return undefined
}
