import { SESSION_SECONDS } from '../../platform/session-token.ts'

/**
 * The cookie that a session of the portal lives in. On this machine its name has the port: browsers give cookies to every
 * port of a host, and two local servers would sign each other's people out.
 */
const NAME = 'tributary_session'
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

function cookieName({ hostname, port }: URL): string {
  return LOOPBACK.has(hostname) && port !== '' ? `${NAME}_${port}` : NAME
}

/** What a request's cookie says, or undefined without one. */
export function sessionCookieIn(request: Request): string | undefined {
  const header = request.headers.get('Cookie')
  if (header === null) return undefined
  const wanted = `${cookieName(new URL(request.url))}=`
  const found = header.split(';').find((one) => one.trim().startsWith(wanted))
  return found?.trim().slice(wanted.length)
}

export function sessionCookie(request: Request, session: string): string {
  return cookie(request, session, SESSION_SECONDS)
}

export function endedSessionCookie(request: Request): string {
  return cookie(request, '', 0)
}

function cookie(request: Request, value: string, seconds: number): string {
  const url = new URL(request.url)
  const secure = LOOPBACK.has(url.hostname) ? '' : '; Secure'
  return `${cookieName(url)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
}
