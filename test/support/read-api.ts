import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { LocalServer } from './local-server.ts'

/** Reads a local server's API until something has come about, as a client that waits would. */
export interface Reader {
  read<T>(path: string): Promise<T | undefined>
  /** Polls until a reading satisfies; answers it and how long it took, in ms. */
  until<T>(path: string, satisfied: (value: T) => boolean, patienceMs?: number): Promise<{ value: T; tookMs: number }>
}

export function readerOf(server: Pick<LocalServer, 'url' | 'apiToken'>): Reader {
  async function read<T>(path: string): Promise<T | undefined> {
    const reply = await fetch(`${server.url}/api/v1${path}`, {
      headers: { Authorization: `Bearer ${server.apiToken}` },
    })
    if (reply.status === 404) return undefined
    expect(reply.status).toBe(200)
    return (await reply.json()) as T
  }
  return {
    read,
    async until<T>(path: string, satisfied: (value: T) => boolean, patienceMs = 15_000) {
      const began = performance.now()
      for (;;) {
        const value = await read<T>(path)
        const tookMs = performance.now() - began
        if (value !== undefined && satisfied(value)) return { value, tookMs }
        if (tookMs > patienceMs) throw new Error(`${path} did not come about: ${JSON.stringify(value)}`)
        await sleep(20)
      }
    },
  }
}
