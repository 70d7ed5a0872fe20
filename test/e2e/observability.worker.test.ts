import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { mintWriteKey } from '../../platform/hashing.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { anApi } from '../support/api.ts'
import { anEdge } from '../support/edge.ts'
import { withoutCalls } from '../support/outage.ts'
import { aWorkspace, deliver, ledgerOf, type TestWorkspace } from '../support/workspace.ts'

/** One id from the answer that a client saw to the last place that knows of its request (docs/observability.md). */
interface Line {
  readonly level: string
  readonly message: string
  readonly correlation_id?: string
}

let lines: Line[] = []

beforeEach(() => {
  lines = []
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((text) => void lines.push(JSON.parse(String(text))))
})
afterEach(() => {
  vi.restoreAllMocks()
})

const linesOf = (requestId: string) =>
  lines.filter(({ correlation_id }) => correlation_id === requestId).map(({ message }) => message)

async function send(ws: TestWorkspace, environment: Env, messageId: string) {
  const request = new Request('https://t.example/v1/track', {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${mintWriteKey(env.WRITE_KEY_SECRET, ws.source)}:`)}` },
    body: JSON.stringify({
      event: 'Order',
      userId: 'ann@example.com',
      messageId,
      properties: { card: '+49 30 1234567' },
    }),
  })
  const response = await handleRequest(request, environment, createExecutionContext())
  return { status: response.status, requestId: response.headers.get('X-Request-Id') ?? '' }
}

describe('the id of a request', () => {
  test('is in the answer, in the queue message, in the copyId of archive and trace', async () => {
    const ws = await aWorkspace()
    const edge = anEdge()
    const { status, requestId } = await send(ws, edge.env, 'm1')
    expect([status, requestId]).toEqual([200, expect.stringMatching(/^[0-9a-f-]{36}$/)])
    expect(edge.accepted()).toMatchObject([{ requestId }])
    await edge.deliver()
    expect([...(await ledgerOf(ws)).keys()]).toEqual([`${requestId}.0`])
    const api = await anApi(ws.id, ['*'], edge.env)
    const { json } = await api.call('GET', '/api/v1/events/m1/trace')
    expect(JSON.stringify(json)).toContain(`"copyId":"${requestId}.0"`)
    // All went well: there is nothing to be said of it.
    expect(linesOf(requestId)).toEqual([])
  })

  test('is in the logs of the edge when a queue refuses, and when nothing durable is left', async () => {
    const ws = await aWorkspace()
    const ill = withoutCalls(anEdge().env, { EVENTS_: 'refuses', LAKE: 'refuses' })
    const { status, requestId } = await send(ws, ill, 'm1')
    expect(status).toBe(503)
    expect(linesOf(requestId)).toEqual(['queue: a send failed', 'queue: a send failed', 'spill: refused'])
  })

  test('is in the logs of the consumer when its message waits', async () => {
    const ws = await aWorkspace()
    const edge = anEdge()
    const { requestId } = await send(ws, edge.env, 'm1')
    const ill = withoutCalls(edge.env, { 'PROFILES.apply': 'refuses' })
    expect((await deliver(edge.accepted(), 1, ill)).acked).toEqual([])
    expect(linesOf(requestId)).toEqual(['consume-events: a message waits'])
    expect(lines.at(-1)).toMatchObject({ workspace_id: ws.id, source_id: ws.source, level: 'warn' })
  })

  test('of a call of the API is in its answer, in its problem and in the log of what broke', async () => {
    const ws = await aWorkspace()
    const ill = withoutCalls(env, { 'PROFILES.read': 'refuses', 'IDENTITY.locate': 'refuses' })
    const api = await anApi(ws.id, ['*'], ill)
    const { status, headers, json } = await api.call('GET', '/api/v1/profiles/user_id:ann')
    const requestId = headers.get('X-Request-Id') ?? ''
    expect([status, json.requestId]).toEqual([503, requestId])
    expect(linesOf(requestId)).toEqual(['readProfile: it failed'])
  })

  test('stands there without anything that a person sent', async () => {
    const ws = await aWorkspace()
    const edge = anEdge()
    const ill = withoutCalls(edge.env, { EVENTS_0: 'refuses' })
    for (let i = 0; i < 8; i++) await send(ws, ill, `m${i}`)
    await deliver(edge.accepted(), 1, withoutCalls(edge.env, { LAKE: 'refuses' }))
    expect(lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(lines)).not.toMatch(/ann@example\.com|1234567/)
  })
})
