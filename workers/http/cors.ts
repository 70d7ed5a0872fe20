/**
 * CORS for the ingestion paths (contracts/sdk.md §4): on every answer, errors included, so that a browser SDK can read
 * why it was refused and when to return. The origin is echoed, because `*` serves neither credentials nor beacons.
 */
const MAX_AGE_SECONDS = '900'

export type HeaderRecord = Record<string, string>

/** Adds what every answer to a browser needs. */
export function addCors(headers: HeaderRecord, request: Request): HeaderRecord {
  headers['Vary'] = 'Origin'
  const origin = request.headers.get('Origin')
  if (origin === null) return headers
  headers['Access-Control-Allow-Origin'] = origin
  headers['Access-Control-Allow-Credentials'] = 'true'
  headers['Access-Control-Expose-Headers'] = 'Retry-After, X-Request-Id'
  return headers
}

/** The answer to a preflight: never asks for credentials, and allows whatever headers were asked for. */
export function preflight(request: Request, requestId: string): Response {
  const headers = addCors({ 'X-Request-Id': requestId, Allow: 'GET, POST, OPTIONS' }, request)
  headers['Vary'] = 'Origin, Access-Control-Request-Headers'
  headers['Access-Control-Allow-Methods'] = 'GET, POST, OPTIONS'
  headers['Access-Control-Max-Age'] = MAX_AGE_SECONDS
  // By the Fetch standard `*` would not cover Authorization.
  const requested = request.headers.get('Access-Control-Request-Headers')
  if (requested !== null) headers['Access-Control-Allow-Headers'] = requested
  return new Response(null, { status: 204, headers })
}
