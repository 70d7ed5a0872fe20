import type { OutgoingRequest } from './destination-type.ts'

/** A request for people to look at: no secret in it, and no credential that was made of one. */
export interface MaskedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string | null
}

const MASK = '••••'
const CREDENTIALS = /^(?:authorization|x-api-key|api-key|.*signature.*|.*token.*)$/i

/**
 * The request as it may be shown.
 * @law no secret of four characters or more is left anywhere in it
 */
export function maskRequest(
  { method, url, headers, body }: OutgoingRequest,
  secrets: readonly string[],
): MaskedRequest {
  const long = secrets.filter((secret) => secret.length >= 4)
  const forms = long
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    // Longest first: `5%25` stands in its own encoded form, and masked there would leave the rest of it.
    .sort((a, b) => b.length - a.length)
  const masked = (text: string) => forms.reduce((left, form) => left.replaceAll(form, MASK), text)
  return {
    method,
    url: masked(url),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        CREDENTIALS.test(name) ? maskedCredential(value) : masked(value),
      ]),
    ),
    body: body === undefined ? null : masked(body),
  }
}

/** Of `Bearer abc` the scheme stays. */
function maskedCredential(value: string): string {
  const scheme = /^(Basic|Bearer|Key|Klaviyo-API-Key|AWS4-HMAC-SHA256|v1)(?=[ ,])/.exec(value)?.[0]
  return scheme === undefined ? MASK : `${scheme} ${MASK}`
}
