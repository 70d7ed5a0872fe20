import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { hashToken } from '../../platform/hashing.ts'
import { handleRequest } from '../../workers/handle-request.ts'

/** A token of a workspace and the calls it makes, as a client of the HTTP API does. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  readonly json: any
}

export interface Api {
  readonly tokenId: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
}

/** `environment` may have bindings that fail or record. A body that is a text or a stream is sent as it is. */
export async function anApi(
  workspace: string,
  scopes: readonly string[] = ['*'],
  environment: Env = env,
): Promise<Api> {
  const token = `tk_${crypto.randomUUID()}`
  const tokenId = `tok_${token.slice(3, 15)}`
  await env.DB.prepare('INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, 0)')
    .bind(hashToken(token), tokenId, workspace, 'test', JSON.stringify(scopes))
    .run()
  return {
    tokenId,
    async call(method, path, body, headers = {}) {
      const request = new Request(`https://t.example${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body: asBody(body) }),
      })
      const response = await handleRequest(request, environment, createExecutionContext())
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, json: jsonOf(text) }
    },
  }
}

function asBody(body: unknown): BodyInit {
  if (typeof body === 'string' || body instanceof ReadableStream || body instanceof Uint8Array) return body
  return JSON.stringify(body)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
