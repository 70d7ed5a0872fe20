import { expect } from 'vitest'
import { handleRequest } from '../../workers/handle-request.ts'
import { fakeEnv } from './fake-env.ts'

/** A request from a page of another origin. Whatever the answer is, that page must be able to read it. */
const ORIGIN = 'https://shop.example'

export async function sdkCall(method: string, path: string, init: RequestInit = {}, fake = fakeEnv()) {
  const headers = { Origin: ORIGIN, ...(init.headers as Record<string, string>) }
  const url = path.startsWith('http') ? path : `https://t.example${path}`
  const request = new Request(url, { ...init, method, headers })
  const response = await handleRequest(request, fake.env, {} as ExecutionContext)
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN)
  expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')
  const bytes = new Uint8Array(await response.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  const json: any = text.startsWith('{') ? JSON.parse(text) : undefined
  const items = fake.messages().flatMap((message) => message.items)
  return { status: response.status, headers: response.headers, bytes, json, fake, items }
}
