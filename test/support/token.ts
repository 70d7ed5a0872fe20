import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { hashToken } from '../../platform/hashing.ts'
import { handleRequest } from '../../workers/handle-request.ts'

/** Tokens as they are made and handed around, and the HTTP API as the holder of one sees it. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: Record<string, unknown>
  readonly text: string
}

export type Api = (method: string, path: string, body?: unknown) => Promise<Answer>

export const ORIGIN = 'https://t.example'

/** A token straight into the table, for tests that need one before there is an API to ask. */
export async function aToken(
  workspace: string,
  scopes: readonly string[] = ['*'],
  expiresAt: number | null = null,
): Promise<{ readonly id: string; readonly text: string }> {
  const [id, text] = [`tok_${crypto.randomUUID()}`, `tk_${crypto.randomUUID()}`]
  await env.DB.prepare(
    'INSERT INTO tokens (hash, id, workspace, name, scopes, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, 0)',
  )
    .bind(hashToken(text), id, workspace, 'test', JSON.stringify(scopes), expiresAt)
    .run()
  return { id, text }
}

export function apiOf(token: string): Api {
  return async (method, path, body) => {
    const init: RequestInit = { method, headers: { Authorization: `Bearer ${token}` } }
    if (body !== undefined) init.body = JSON.stringify(body)
    const response = await handleRequest(new Request(`${ORIGIN}${path}`, init), env, createExecutionContext())
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      json: text.startsWith('{') ? JSON.parse(text) : {},
      text,
    }
  }
}
