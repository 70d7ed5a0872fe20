import { signAws } from '../../platform/aws-sigv4.ts'
import { encryptPush } from '../../platform/web-push.ts'
import { webhookTools } from '../../platform/webhook-tools.ts'
import { toHex } from '../../shared/provider/encoding.ts'
import { ONE_CLICK_STATUS, type OneClick, readOneClick } from '../../shared/provider/one-click.ts'
import { type Fields, fields, text } from './provider-input.ts'

/** Vectors of what is no provider's call: primitives of sending, a bare HMAC, and the form of one-click unsubscription. */
export async function pushFaults(input: Fields, expect: Fields): Promise<readonly string[]> {
  const body = await encryptPush(
    String(input['plaintext']),
    { publicKey: String(input['ua_public']), auth: String(input['auth_secret']) },
    { publicKey: String(input['as_public']), privateKey: String(input['as_private']) },
    String(input['salt']),
    typeof input['record_size'] === 'number' ? input['record_size'] : undefined,
  )
  const encoded = Buffer.from(body).toString('base64url')
  return encoded === expect['body'] ? [] : [`the body is ${encoded}`]
}

export function sigv4Faults(input: Fields, expect: Fields): readonly string[] {
  const body = String(input['body'] ?? '')
  const given = fields(input['headers']) as Record<string, string>
  const named = String(input['signed_headers'] ?? '').split(';')
  // What is signed and not given follows from the rest.
  const made = {
    ...(named.includes('x-amz-content-sha256')
      ? { 'x-amz-content-sha256': toHex(webhookTools(async () => undefined).sha256([body])) }
      : {}),
    ...(input['session_token'] === undefined ? {} : { 'x-amz-security-token': String(input['session_token']) }),
  }
  const request = { method: String(input['method']), url: String(input['url']), headers: { ...made, ...given }, body }
  const [accessKey, secretKey, region, service] = ['access_key', 'secret_key', 'region', 'service'].map((name) =>
    String(input[name]),
  )
  const signed = signAws(
    request,
    { accessKey, secretKey, region, service } as Parameters<typeof signAws>[1],
    text(input['signed_headers']),
  )
  const actual: Fields = {
    signature: signed.signature,
    authorization: signed.authorization,
    canonical_request: signed.canonicalRequest,
    string_to_sign: signed.stringToSign,
  }
  return Object.keys(expect).flatMap((name) =>
    actual[name] === expect[name] ? [] : [`${name} is ${JSON.stringify(actual[name])}`],
  )
}

export function hmacFaults(input: Fields, expect: Fields): readonly string[] {
  const { hmac } = webhookTools(async () => undefined)
  const hex = toHex(hmac('sha256', String(input['hmac_sha256_key']), [String(input['payload'])]))
  return hex === expect['hex'] ? [] : [`hex is ${hex}`]
}

export function oneClickFaults(request: Fields, expect: Fields): readonly string[] {
  const type = Object.entries(fields(request['headers']) ?? {}).find(
    ([name]) => name.toLowerCase() === 'content-type',
  )?.[1]
  const said = readOneClick(String(request['method']), String(type ?? ''), String(request['body'] ?? ''))
  return Object.entries(expect).flatMap(([name, wanted]) => oneClickFault(said, name, wanted))
}

function oneClickFault(said: OneClick, name: string, wanted: unknown): readonly string[] {
  const status = ONE_CLICK_STATUS[said]
  const effect = said === 'unsubscribe' ? 'unsubscribed' : null
  switch (name) {
    case 'effect':
      return effect === wanted ? [] : [`the effect is ${effect}`]
    case 'status':
      return status === wanted ? [] : [`the status is ${status}`]
    case 'status_in':
      return Array.isArray(wanted) && wanted.includes(status) ? [] : [`the status is ${status}`]
    case 'shows':
      return said === 'confirm' ? [] : ['no page is shown that asks']
    case 'no_redirect':
    case 'no_cookie_needed':
      return wanted === true ? [] : [`${name} is true`]
    default:
      return REMARKS.has(name) ? [] : [`the expectation "${name}" is not understood`]
  }
}

const REMARKS = new Set(['why', 'note', 'reason', 'detail', 'comment'])
