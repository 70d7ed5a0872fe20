/**
 * Whether a request says that a page of ours made it. A browser sends a session's cookie along with what other pages make
 * it ask, too, and these two headers, which no page can set, tell them apart.
 */
export type Origin = 'same' | 'other' | 'not said'

export function originOf(request: Request): Origin {
  const site = request.headers.get('Sec-Fetch-Site')
  if (site !== null) return site === 'same-origin' ? 'same' : 'other'
  const origin = request.headers.get('Origin')
  if (origin === null) return 'not said'
  return origin === new URL(request.url).origin ? 'same' : 'other'
}

/** What only a page of ours may do in the name of who is signed in: change something, or open a WebSocket. */
export function needsSameOrigin(request: Request): boolean {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return !isRead || request.headers.get('Upgrade')?.toLowerCase() === 'websocket'
}
