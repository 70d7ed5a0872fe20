import { Agent, request as httpRequest } from 'node:http'

/** Requests as clients send them, over connections that are kept: what they took, and nothing when one was not answered well. */
export interface LoadRequest {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly text: string
}

export class Clients {
  readonly #url: URL
  readonly #agent: Agent

  constructor(url: URL, atOnce: number) {
    this.#url = url
    this.#agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  }

  send({ method = 'POST', path, headers = {}, body }: LoadRequest): Promise<Answer> {
    const { hostname, port } = this.#url
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }
    const options = { hostname, port, path, method, agent: this.#agent, headers: { ...headers, ...length } }
    return new Promise((resolve, reject) => {
      const request = httpRequest(options, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
        )
        response.on('error', reject)
      })
      request.on('error', reject).end(body)
    })
  }

  /** Milliseconds. @throws when the answer is no success, or no redirect where one is asked for */
  async timed(request: LoadRequest): Promise<number> {
    const began = performance.now()
    await this.good(request)
    return performance.now() - began
  }

  async good(request: LoadRequest): Promise<string> {
    const { status, text } = await this.send(request)
    if (status < 200 || status >= 400) throw new Error(`${request.path} answered ${status}: ${text.slice(0, 300)}`)
    return text
  }

  stop(): void {
    this.#agent.destroy()
  }
}

/** All of them, so many at once; answers how long each took. */
export async function timesOf(
  clients: Clients,
  requests: readonly LoadRequest[],
  atOnce: number,
): Promise<readonly number[]> {
  const left = [...requests].reverse()
  const times: number[] = []
  const client = async () => {
    for (let next = left.pop(); next; next = left.pop()) times.push(await clients.timed(next))
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return times
}

/** Sends without end while something else is measured. */
export function keepSending(clients: Clients, make: () => LoadRequest, atOnce: number, pauseMs: number) {
  let ended = false
  const client = async () => {
    while (!ended) {
      await clients.good(make())
      await new Promise((resume) => setTimeout(resume, pauseMs))
    }
  }
  const work = Promise.all(Array.from({ length: atOnce }, client))
  // It is awaited at the end; until then a refusal must not end the process.
  work.catch(() => {})
  return {
    async end(): Promise<void> {
      ended = true
      await work
    },
  }
}
