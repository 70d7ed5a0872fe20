import { vi } from 'vitest'

/** A stranger's server: everything sent to its address, and what it answers. Other addresses do not answer. */
export interface PeerRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  readonly json: any
  readonly at: number
}

export interface FakePeer {
  readonly url: string
  readonly got: PeerRequest[]
  /** Replaces what it answers; it may throw, or never answer. */
  answer(reply: (request: PeerRequest) => Response | Promise<Response>): void
  /** Waits until so many requests came. */
  until(count: number, ms?: number): Promise<readonly PeerRequest[]>
}

type Reply = (request: PeerRequest) => Response | Promise<Response>
const replies = new Map<string, { got: PeerRequest[]; reply: Reply }>()
let serial = 0

export function aPeer(): FakePeer {
  serial += 1
  const url = `http://127.0.0.1:9/peer-${serial}`
  const peer = { got: [] as PeerRequest[], reply: (() => new Response('ok')) as Reply }
  replies.set(url, peer)
  return {
    url,
    got: peer.got,
    answer: (reply) => {
      peer.reply = reply
    },
    async until(count, ms = 20_000) {
      for (const end = Date.now() + ms; peer.got.length < count; ) {
        if (Date.now() > end) throw new Error(`${peer.got.length} of ${count} requests came to ${url}`)
        await new Promise((resume) => setTimeout(resume, 10))
      }
      return peer.got
    },
  }
}

/** From now on `fetch` reaches fake peers and nothing else. */
export function onlyFakePeers(): void {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as RequestInfo, init as RequestInit)
    const text = await request.clone().text()
    const peer = [...replies].find(
      ([url]) => request.url === url || request.url.startsWith(`${url}/`) || request.url.startsWith(`${url}?`),
    )
    if (!peer) throw new TypeError(`nobody answers at ${request.url}`)
    const seen = {
      url: request.url,
      method: request.method,
      headers: request.headers,
      text,
      json: jsonOf(text),
      at: Date.now(),
    }
    peer[1].got.push(seen)
    const answer = await aborted(request.signal, Promise.resolve(peer[1].reply(seen)))
    return answer
  })
}

async function aborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const bell = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
  return Promise.race([work, bell])
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
