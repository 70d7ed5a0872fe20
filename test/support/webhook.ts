import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import { type HookPorts, receiveHook } from '../../workers/hooks/receive-hook.ts'
import { FakeQueue } from './fake-env.ts'
import { apiOf, aToken } from './token.ts'
import { aWorkspace, deliver, type TestWorkspace } from './workspace.ts'

/** A webhook source made over the API, and calls of its provider through the edge and the consumer. */
export interface TestHook {
  readonly ws: TestWorkspace
  /** Another source of the workspace, which is no webhook. */
  readonly web: string
  readonly id: string
  readonly provider: string
  readonly url: string
}

export async function aHook(provider: string, settings: object, more: object = {}): Promise<TestHook> {
  const ws = await aWorkspace()
  const api = apiOf((await aToken(ws.id)).text)
  const { status, json } = await api('POST', '/api/v1/sources', {
    name: provider,
    kind: 'webhook',
    provider,
    settings,
    ...more,
  })
  if (status !== 201) throw new Error(JSON.stringify(json))
  return {
    web: ws.source,
    ws: { ...ws, source: String(json['id']) },
    id: String(json['id']),
    provider,
    url: String(json['hookUrl']),
  }
}

export interface Heard {
  readonly status: number
  readonly text: string
  readonly contentType: string | null
  /** What the edge put on the queue. */
  readonly messages: readonly IngestMessage[]
}

export interface CallOptions {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly query?: string
  readonly ports?: HookPorts
  /** Left on the queue when false. */
  readonly delivered?: boolean
}

export async function call(
  hook: TestHook,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  options: CallOptions = {},
): Promise<Heard> {
  const queue = new FakeQueue()
  const environment = { ...env, EVENTS_0: queue as unknown as Queue, EVENTS_1: queue as unknown as Queue }
  const { method = 'POST', headers = {}, query = '', ports, delivered = true } = options
  const init: RequestInit = { method, headers }
  if (body !== undefined) init.body = body
  const request = new Request(`${hook.url}${query}`, init)
  const ctx = createExecutionContext()
  const response = ports
    ? await receiveHook(request, environment, { provider: hook.provider, source: hook.id }, ports)
    : await handleRequest(request, environment, ctx)
  await waitOnExecutionContext(ctx)
  const messages = queue.texts.map((text) => JSON.parse(text) as IngestMessage)
  if (delivered && messages.length > 0) await deliver(messages)
  return {
    status: response.status,
    text: await response.text(),
    contentType: response.headers.get('Content-Type'),
    messages,
  }
}
