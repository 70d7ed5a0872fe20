import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { handleRequest } from '../../workers/handle-request.ts'
import { aToken } from './token.ts'
import type { TestWorkspace } from './workspace.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
type Said = any

/** Somebody who watches: what it was told, and how to wait for it. */
export async function aWatcher(
  { id }: Pick<TestWorkspace, 'id'>,
  query = '',
  scopes: readonly string[] = ['events:read', 'profiles:read'],
  headers?: Record<string, string>,
) {
  const { text: token, id: tokenId } = await aToken(id, scopes)
  const request = new Request(`https://t.example/api/v1/events/live${query}`, {
    headers: { Upgrade: 'websocket', ...(headers ?? { Authorization: `Bearer ${token}` }) },
  })
  const response = await handleRequest(request, env, createExecutionContext())
  const socket = response.webSocket
  if (!socket) return { response, tokenId, status: response.status }
  const said: Said[] = []
  const closed = new Promise<CloseEvent>((resume) => socket.addEventListener('close', resume))
  socket.addEventListener('message', ({ data }) => void said.push(JSON.parse(String(data))))
  socket.accept()
  const until = async (isThere: (message: Said) => boolean): Promise<Said> => {
    for (let tries = 0; tries < 2_000; tries++) {
      const found = said.find(isThere)
      if (found) return found
      await new Promise((resume) => setTimeout(resume, 5))
    }
    throw new Error(`was not told: ${JSON.stringify(said)}`)
  }
  const names = () => said.flatMap((message) => (message.type === 'event' ? [message.event.name] : []))
  const answer = async (message: unknown, type: string) => {
    const before = said.length
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    return until((one) => one.type === type && said.indexOf(one) >= before)
  }
  await Promise.race([until(({ type }) => type === 'hello'), closed])
  return { response, tokenId, status: response.status, socket, said, closed, until, names, answer }
}

export type LiveWatcher = Required<Awaited<ReturnType<typeof aWatcher>>>
export const watch = async (...args: Parameters<typeof aWatcher>) => (await aWatcher(...args)) as LiveWatcher
