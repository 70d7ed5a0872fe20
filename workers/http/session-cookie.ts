import { SESSION_SECONDS } from '../../platform/session-token.ts'

/**
 * The cookie that a session of the portal lives in. On this machine its name has the port: browsers give cookies to every
 * port of a host, and two local servers would sign each other's people out.
 */
const NAME = 'tributary_session'
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

function nameOn({ hostname, port }: URL, name: string): string {
  return LOOPBACK.has(hostname) && port !== '' ? `${name}_${port}` : name
}

/** What a request's cookie says, or undefined without one. */
export function sessionCookieIn(request: Request): string | undefined {
  return cookieIn(request, NAME)
}

export function sessionCookie(request: Request, session: string): string {
  return cookie(request, NAME, session, SESSION_SECONDS)
}

export function endedSessionCookie(request: Request): string {
  return cookie(request, NAME, '', 0)
}

export function cookieIn(request: Request, name: string): string | undefined {
  const header = request.headers.get('Cookie')
  if (header === null) return undefined
  const wanted = `${nameOn(new URL(request.url), name)}=`
  const found = header.split(';').find((one) => one.trim().startsWith(wanted))
  return found?.trim().slice(wanted.length)
}

/** One that no script reads and no other site has sent along, but by leading here. */
export function cookie(request: Request, name: string, value: string, seconds: number, path = '/'): string {
  const url = new URL(request.url)
  const secure = LOOPBACK.has(url.hostname) ? '' : '; Secure'
  return `${nameOn(url, name)}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
}
