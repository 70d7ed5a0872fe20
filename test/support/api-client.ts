import { anApi } from './api.ts'
import type { TestWorkspace } from './workspace.ts'

/** A caller of `/api/v1` of one workspace, with a token of its own: what a story needs of the API, and no more. */
export interface ApiReply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a reply, and nothing else has to
  readonly body: any
}

export type ApiClient = (method: string, path: string, body?: unknown) => Promise<ApiReply>

export async function apiClient({ id }: TestWorkspace, scopes: readonly string[] = ['*']): Promise<ApiClient> {
  const api = await anApi(id, scopes)
  return async (method, path, body) => {
    const { status, json, text } = await api.call(method, `/api/v1${path}`, body)
    return { status, body: json ?? text }
  }
}
