import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The HTTP side of the demo: sends like an SDK (write key, `sentAt` of this attempt, patience with 429 and 5xx) and
 * reads with the API token. Any other refusal is the end, with the server's words.
 */
export interface Server {
  readonly url: string
  readonly writeKey: string
  readonly apiToken: string
}

/** One request of ingestion, which may be sent several times. */
export interface IngestRequest {
  readonly path: string
  /** Messages inside. */
  readonly items: number
  /** The body of an attempt made at `now` (epoch milliseconds). */
  body(now: number): unknown
}

/** Something the person can understand and do something about: shown alone, without a stack. */
export class DemoError extends Error {}

const ATTEMPTS = 10
const TIMEOUT_MS = 30_000
const LONGEST_WAIT_MS = 60_000

/** @throws DemoError when the server refuses, or does not take it within ten attempts */
export async function sendIngest(server: Server, request: IngestRequest): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${server.writeKey}:`).toString('base64')}`
  await persistently(request.path, () =>
    fetch(server.url + request.path, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(request.body(Date.now())),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  )
}

/** The text of a page of the API, or undefined when there is no such thing. @throws DemoError as above */
export async function readText(server: Server, path: string): Promise<string | undefined> {
  return persistently(path, () =>
    fetch(server.url + path, {
      headers: { authorization: `Bearer ${server.apiToken}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  )
}

async function persistently(path: string, attempt: () => Promise<Response>): Promise<string | undefined> {
  let trouble = ''
  for (let n = 0; n < ATTEMPTS; n++) {
    let waitMs = Math.min(10_000, 250 * 2 ** n) * (0.5 + Math.random() / 2)
    try {
      const answer = await attempt()
      const text = await answer.text()
      if (answer.ok) return text
      if (answer.status === 404) return undefined
      trouble = `answered ${answer.status} ${text.slice(0, 300)}`
      if (answer.status !== 429 && answer.status < 500) throw new DemoError(`${path} ${trouble}`)
      const seconds = Number(answer.headers.get('retry-after'))
      if (seconds > 0) waitMs = Math.min(LONGEST_WAIT_MS, seconds * 1_000)
    } catch (error) {
      if (error instanceof DemoError) throw error
      trouble = `cannot be reached (${reasonOf(error)})`
      // Nobody is there at all: no use in waiting for minutes.
      if (n >= 4 && trouble.includes('ECONNREFUSED')) break
    }
    await sleep(waitMs)
  }
  throw new DemoError(`${path} ${trouble}. Is Tributary still running?`)
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { code?: string; message?: string } | undefined) : undefined
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error))
}
