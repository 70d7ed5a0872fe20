import { resolve4, resolve6 } from 'node:dns/promises'
import ipaddr from 'ipaddr.js'
import type { OutgoingRequest } from '../shared/destination/destination-type.ts'
import type { Reply } from '../shared/destination/verdict.ts'
import { hostOf, type OutboundRules, refusedAddress, refusedUrl } from './outbound-address.ts'
import { patience } from './patience.ts'

/**
 * The one place that calls strangers' servers. No redirect is followed, of a reply at most 64 KB (unless said) and ten
 * seconds are read, and an address that is not public is never called, whatever its name says.
 */
export type Outcome =
  | { readonly kind: 'reply'; readonly reply: Reply }
  /** No answer: worth trying again. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** We must not call there. */
  | { readonly kind: 'forbidden'; readonly reason: string }

export const MOST_REPLY_BYTES = 65_536
export const REPLY_MS = 10_000

/** A request whose body may be a file. */
export type BinaryRequest = Omit<OutgoingRequest, 'body'> & { readonly body?: string | Uint8Array<ArrayBuffer> }

/** Never rejects. */
export async function callOut(
  request: BinaryRequest,
  rules: OutboundRules,
  ms = REPLY_MS,
  mostBytes = MOST_REPLY_BYTES,
): Promise<Outcome> {
  const refused = refusedUrl(request.url, rules) ?? (await refusedByResolution(request.url, rules))
  if (refused) return { kind: 'forbidden', reason: `the address ${refused}` }
  return exchange(request, (url, init) => fetch(url, init), ms, mostBytes)
}

/** The call itself and its answer, within bounds, over the network or a service binding. Never rejects. */
export async function exchange(
  { method, url, headers, body }: BinaryRequest,
  send: (url: string, init: RequestInit) => Promise<Response>,
  ms: number,
  mostBytes: number,
): Promise<Exclude<Outcome, { kind: 'forbidden' }>> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), ms)
  try {
    const response = await send(url, {
      method,
      headers: { 'User-Agent': 'Tributary', ...headers },
      redirect: 'manual',
      signal: stop.signal,
      ...(body === undefined ? {} : { body }),
    })
    return { kind: 'reply', reply: await readReply(response, stop.signal, mostBytes) }
  } catch (fault) {
    return {
      kind: 'failed',
      reason: stop.signal.aborted ? `no answer within ${ms / 1_000} s` : `no answer: ${said(fault)}`,
    }
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

async function readReply(response: Response, signal: AbortSignal, mostBytes: number): Promise<Reply> {
  const headers = Object.fromEntries(response.headers)
  const { text, cut } = await readBody(response.body, signal, mostBytes)
  return { status: response.status, headers, body: text, ...(cut ? { cut } : {}) }
}

/** What there is of a body when it ends, breaks off, is long enough, or time is up. Never rejects. */
async function readBody(stream: ReadableStream<Uint8Array> | null, signal: AbortSignal, mostBytes: number) {
  const parts: Uint8Array[] = []
  let [size, cut] = [0, false]
  if (stream) {
    const reader = stream.getReader()
    const bell = new Promise<'up'>((resume) => signal.addEventListener('abort', () => resume('up'), { once: true }))
    try {
      for (;;) {
        const read = await Promise.race([reader.read(), bell])
        if (read === 'up') cut = true
        if (read === 'up' || read.done) break
        parts.push(read.value.subarray(0, mostBytes - size))
        size += read.value.byteLength
        cut = size > mostBytes
        if (cut) break
      }
    } catch {
      // It broke off: what came until then is what there is.
      cut = true
    }
    // What is left of it is nobody's.
    if (cut) void reader.cancel().catch(() => {})
  }
  return { text: Buffer.concat(parts).toString('utf8'), cut }
}

const RESOLVE_MS = 2_000
const KEPT_MS = 60_000
const MOST_NAMES = 1_000
/** What a name resolved to, and when, per isolate. */
const resolved = new Map<string, { readonly at: number; readonly addresses: readonly string[] }>()

/** A public name may lead to a private address. One that cannot be resolved is left to the call itself, which will fail. */
function refusedByResolution(text: string, rules: OutboundRules): Promise<string | undefined> {
  return refusedHost(hostOf(new URL(text)), rules)
}

/** Why a name must not be called for the addresses it leads to; for those who call by TCP. */
export async function refusedHost(host: string, rules: OutboundRules): Promise<string | undefined> {
  // A local Tributary is on a developer's machine, often without the resolver that this needs.
  if (rules.local || ipaddr.isValid(host)) return undefined
  const known = resolved.get(host)
  const fresh = known && Date.now() - known.at < KEPT_MS ? known.addresses : await addressesOf(host)
  for (const address of fresh) {
    const refused = refusedAddress(address, rules)
    if (refused) return refused
  }
  return undefined
}

async function addressesOf(host: string): Promise<readonly string[]> {
  const asked = await patience(RESOLVE_MS, Promise.allSettled([resolve4(host), resolve6(host)]))
  if (asked.kind !== 'done') return []
  const addresses = asked.value.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  if (addresses.length === 0) return []
  if (resolved.size >= MOST_NAMES) resolved.clear()
  resolved.set(host, { at: Date.now(), addresses })
  return addresses
}

function said(fault: unknown): string {
  return (fault instanceof Error ? fault.message : String(fault)).slice(0, 200)
}
