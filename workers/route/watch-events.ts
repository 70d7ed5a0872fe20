import { liveStub } from '../../platform/stubs.ts'
import { grantOf } from '../../platform/token-grant.ts'
import { isGranted } from '../../shared/contract/granted.ts'
import { grantedFigures } from '../../shared/contract/granted-figures.ts'
import { watchEvents } from '../../shared/contract/watch-events.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { LiveFilter, type LiveOpening, MOST_FILTER_CHARS, OPENING_HEADER } from '../../shared/pipeline/live.ts'
import { type Route, serve } from '../http/serve.ts'
import { sessionCookieIn } from '../http/session-cookie.ts'

const served = serve(
  watchEvents,
  async ({ query: { figures, ...query } }, { env, request, workspace, tokenId, masked, now }) => {
    if (request.headers.get('Upgrade')?.toLowerCase() !== 'websocket')
      return err(failure('invalid_request', 'this is a WebSocket: connect with Upgrade: websocket'))
    const filter = LiveFilter.parse(query)
    if (JSON.stringify(filter).length > MOST_FILTER_CHARS)
      return err(failure('invalid_request', `a filter may have ${MOST_FILTER_CHARS} characters`))
    const { scopes = [] } = (await grantOf(env, workspace, tokenId, now)) ?? {}
    const opening: LiveOpening = {
      filter,
      tokenId,
      seesPeople: isGranted(scopes, 'profiles:read'),
      masked,
      ...(figures === '1' || figures === 'true' ? { figures: grantedFigures(scopes) } : {}),
    }
    const headers = new Headers({ Upgrade: 'websocket', [OPENING_HEADER]: encodeURIComponent(JSON.stringify(opening)) })
    const protocols = request.headers.get('Sec-WebSocket-Protocol')
    if (protocols !== null) headers.set('Sec-WebSocket-Protocol', protocols)
    return ok(await liveStub(env, workspace).fetch('https://live.tributary/', { headers }))
  },
)

/**
 * A browser can set no header, so it has a session or its token stands among the protocols; and it learns why only from a
 * close.
 */
export const watchEventsRoute: Route = {
  contract: watchEvents,
  async answer(request, env, params) {
    const protocols = request.headers.get('Sec-WebSocket-Protocol')
    const token = tokenIn(protocols)
    const isBrowser = token !== undefined || (protocols !== null && sessionCookieIn(request) !== undefined)
    if (!isBrowser || request.headers.has('Authorization')) return served.answer(request, env, params)
    const headers = new Headers(request.headers)
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
    headers.set('Sec-WebSocket-Protocol', 'tributary')
    const answer = await served.answer(new Request(request, { headers }), env, params)
    return answer.status === 101 ? answer : closedAtOnce(answer)
  },
}

function tokenIn(protocols: string | null): string | undefined {
  const offered = protocols?.split(',').map((one) => one.trim()) ?? []
  return offered.find((one) => one.startsWith('token.'))?.slice('token.'.length)
}

const CODES: Readonly<Record<number, number>> = { 400: 4400, 401: 4401, 403: 4403 }
/** "Try again later". */
const LATER = 1013
/** The reason of a close may have 123 bytes. */
const REASON_CHARS = 120

async function closedAtOnce(answer: Response): Promise<Response> {
  const { detail } = await answer.json<{ detail: string }>()
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  server.close(CODES[answer.status] ?? LATER, asciiOf(detail).slice(0, REASON_CHARS))
  return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': 'tributary' } })
}

function asciiOf(text: string): string {
  return text.replaceAll('…', '...').replace(/[^\x20-\x7e]/g, '?')
}
