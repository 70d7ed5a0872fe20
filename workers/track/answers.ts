import { POINT_GIF } from '../http/point-gif.ts'

/** What somebody sees who followed a link: small pages of our own, which need nothing from anywhere. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
}

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export function point(request: Request, requestId: string): Response {
  const headers = { ...HEADERS, 'Content-Type': 'image/gif', 'Content-Length': String(POINT_GIF.byteLength) }
  return answer(request, request.method === 'HEAD' ? null : POINT_GIF, 200, headers, requestId)
}

export function redirect(request: Request, url: string, requestId: string): Response {
  return answer(request, null, 302, { ...HEADERS, Location: url }, requestId)
}

export function page(request: Request, status: number, html: string, requestId: string): Response {
  const headers: Record<string, string> = {
    ...HEADERS,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': PAGE_POLICY,
  }
  if (status === 503) headers['Retry-After'] = '5'
  return answer(request, html, status, headers, requestId)
}

function answer(
  request: Request,
  body: BodyInit | null,
  status: number,
  headers: Record<string, string>,
  requestId: string,
): Response {
  return new Response(request.method === 'HEAD' ? null : body, {
    status,
    headers: { ...headers, 'X-Request-Id': requestId },
  })
}
