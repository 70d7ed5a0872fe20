import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { hashToken } from '../../platform/hashing.ts'
import { handleRequest } from '../../workers/handle-request.ts'
import type { TestWorkspace } from './workspace.ts'

/** A caller of the HTTP API of one workspace, with a token of its own. */
export interface ApiReply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply, and nothing else has to
  readonly body: any
}

export type ApiClient = (method: string, path: string, body?: unknown) => Promise<ApiReply>

export async function apiClient({ id }: TestWorkspace, scopes: readonly string[] = ['*']): Promise<ApiClient> {
  const token = `tk_${crypto.randomUUID()}`
  await env.DB.prepare('INSERT INTO tokens (hash, id, workspace, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, 0)')
    .bind(hashToken(token), token.slice(3), id, 'test', JSON.stringify(scopes))
    .run()
  return async (method, path, body) => {
    const request = new Request(`https://t.example/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const response = await handleRequest(request, env, createExecutionContext())
    const text = await response.text()
    const isJson = response.headers.get('Content-Type')?.includes('json') === true
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  }
}
