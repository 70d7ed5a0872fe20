import { describe, expect, test } from 'vitest'
import { type CodeCall, callLoaded } from './customer-code-load.ts'

/** What Cloudflare says and local workerd never does, from a loader that says it. */
const CALL: CodeCall = { workspace: 'ws', code: 'export {}', allow: [], timeoutMs: 200, body: '{}', mostBytes: 1_000 }

function loader(fetch: (signal: AbortSignal) => Promise<Response>): {
  readonly loader: WorkerLoader
  readonly ids: string[]
} {
  const ids: string[] = []
  const entrypoint = { fetch: (_: string, init: RequestInit) => fetch(init.signal as AbortSignal) }
  const get = (id: string) => {
    ids.push(id)
    return { getEntrypoint: () => entrypoint }
  }
  return { loader: { get } as unknown as WorkerLoader, ids }
}

const calling = (fetch: (signal: AbortSignal) => Promise<Response>, call: Partial<CodeCall> = {}) =>
  callLoaded(loader(fetch).loader, () => ({}) as Fetcher, { ...CALL, ...call })

describe('a call of loaded code', () => {
  test.each([
    ['Worker exceeded CPU time limit.', 'timeout'],
    ['Your Worker exceeded its time limit', 'timeout'],
    ['The script will never generate a response.', 'threw'],
    ["your Worker's code had hung and would never generate a response.", 'timeout'],
    ['Worker exceeded memory limit.', 'limit'],
    ['Too many subrequests.', 'limit'],
    ['internal error', 'threw'],
  ])('that ends with "%s" is %s', async (message, reason) => {
    expect(await calling(() => Promise.reject(new Error(message)))).toMatchObject({ kind: 'failed', reason })
  })

  test('waits for a place while there is time', async () => {
    const busy = new Error('Too many concurrent dynamic workers.')
    let tries = 0
    const later = () => (++tries < 3 ? Promise.reject(busy) : Promise.resolve(new Response('x')))
    expect(await calling(later)).toEqual({ kind: 'text', text: 'x' })
    expect(tries).toBe(3)
    expect(await calling(() => Promise.reject(busy))).toMatchObject({ kind: 'failed', reason: 'timeout' })
  })

  test('is aborted when its time is over, which gives its place back', async () => {
    let aborted = false
    const never = (signal: AbortSignal) =>
      new Promise<Response>(() => signal.addEventListener('abort', () => (aborted = true)))
    expect(await calling(never)).toEqual({ kind: 'failed', reason: 'timeout', detail: 'no answer within 200 ms' })
    expect(aborted).toBe(true)
  })

  test('reads no more than it may', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(400)) })
    expect(await calling(async () => new Response(endless))).toMatchObject({ reason: 'too_large' })
  })

  test('shares an isolate with the same code and hosts of its workspace, and with nobody else', async () => {
    const { loader: own, ids } = loader(async () => new Response('x'))
    const calls = [
      {},
      {},
      { workspace: 'other' },
      { code: 'export default 1' },
      { allow: ['a.example'] },
      { allow: ['b.example'] },
    ]
    for (const call of calls) await callLoaded(own, () => ({}) as Fetcher, { ...CALL, ...call })
    expect(ids[0]).toBe(ids[1])
    expect(new Set(ids).size).toBe(5)
    expect(ids[2]).toMatch(/^other:/)
  })
})
