import { readCertificate, webhookTools } from '../../platform/webhook-tools.ts'
import type { HookRequest, HookSettings } from '../../shared/provider/hook-request.ts'
import type { HookTools } from '../../shared/provider/hook-tools.ts'
import type { ProviderName } from '../../shared/provider/provider.ts'

/**
 * Reads the items of provider vector files (contracts/providers.md §6): every scheme's vectors name their inputs after
 * the scheme, and here they become what the real code takes, a request and the settings of a source.
 */
export type Fields = Readonly<Record<string, unknown>>

export interface Call {
  readonly request: HookRequest
  readonly settings: HookSettings
  readonly now: number
  readonly tools: HookTools
}

const SECRET_NAMES = [
  'secret',
  'secrets',
  'key',
  'keys',
  'auth_token',
  'auth_tokens',
  'app_secret',
  'app_secrets',
  'client_secret',
  'public_key',
  'public_keys',
  'signing_key',
]

export function callOf(provider: ProviderName, input: Fields): Call {
  const body = bodyOf(provider, input)
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const [url, query] = addressOf(input)
  const request: HookRequest = {
    method: text(input['method']) ?? 'POST',
    query,
    headers: headersOf(provider, input),
    bytes,
    text: bytes.toString('utf8'),
  }
  const pem = text(input['certificate_pem'])
  const certificate = pem === undefined ? undefined : readCertificate(pem)
  return {
    request,
    settings: settingsOf(input, url, request),
    now: nowOf(input),
    tools: webhookTools(async () => certificate),
  }
}

function settingsOf(input: Fields, url: string | undefined, request: HookRequest): HookSettings {
  const secrets = SECRET_NAMES.flatMap((name) => texts(input[name]))
  const basic = basicOf(input['basic_auth'])
  const listed = TOPIC_NAMES.find((name) => input[name] !== undefined)
  const version = text(input['version'])
  const legacy = ['legacy', 'legacy_enabled', 'allow_legacy'].find((name) => input[name] !== undefined)
  return {
    secrets,
    publicUrl: text(input['configured_url']) ?? text(input['public_url']) ?? url,
    basicAuth: basic,
    bearerToken: text(input['bearer_token'] ?? input['bearer']),
    verifyToken: text(input['configured_verify_token'] ?? input['verify_token']),
    topicArns: listed === undefined ? topicOf(request) : texts(input[listed]),
    maxAgeSeconds: number(input['max_age_s']),
    organizationIds: texts(input['organization_ids'] ?? input['organization_id']),
    legacySignatures: legacy === undefined ? version === 'v1' || version === 'v2' : input[legacy] === true,
  }
}

const TOPIC_NAMES = ['topic_arns', 'allowed_topic_arns', 'allowed_topics', 'topic_allow_list', 'topic_arn']

/** `user:password`, or both by name. */
function basicOf(value: unknown): HookSettings['basicAuth'] {
  const [user, ...password] = typeof value === 'string' ? value.split(':') : []
  if (user !== undefined) return { user, password: password.join(':') }
  const pair = fields(value)
  return pair && { user: String(pair['user'] ?? pair['username']), password: String(pair['password']) }
}

/** A vector that names no allowed topics is about the signature: its own topic is allowed. */
function topicOf(request: HookRequest): readonly string[] {
  try {
    return texts((JSON.parse(request.text) as Fields)['TopicArn'])
  } catch {
    return []
  }
}

function bodyOf(provider: ProviderName, input: Fields): Buffer | string {
  const base64 = text(input['raw_body_base64'] ?? input['body_base64'])
  if (base64 !== undefined) return Buffer.from(base64, 'base64')
  const raw = input['raw_body'] ?? input['body']
  if (typeof raw === 'string') return raw
  if (raw !== undefined) return JSON.stringify(raw)
  if (input['form_values'] !== undefined) return formOf(fields(input['form_values']) ?? {})
  if (input['params'] !== undefined) return formOf(fields(input['params']) ?? {})
  if (input['payload'] !== undefined) {
    const json = JSON.stringify(input['payload'])
    return provider === 'mandrill' && Array.isArray(input['payload']) ? formOf({ mandrill_events: json }) : json
  }
  if (input['message'] !== undefined) return JSON.stringify(input['message'])
  if (provider !== 'mailgun') return ''
  return JSON.stringify({ signature: pick(input, ['timestamp', 'token', 'signature']) })
}

function formOf(params: Fields): string {
  const pairs = Object.entries(params).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map(
      (each) => `${encodeURIComponent(name)}=${encodeURIComponent(String(each))}`,
    ),
  )
  return pairs.join('&')
}

function pick(input: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]))
}

/** What the scheme calls signature, id and timestamp under the names they travel by. */
function headersOf(provider: ProviderName, input: Fields): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  const put = (name: string, value: unknown) => {
    if (value === undefined || value === null) return
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  put('content-type', input['content_type'] ?? contentTypeOf(provider, input))
  const { signature, timestamp, header } = input
  switch (provider) {
    case 'sendgrid':
      put('x-twilio-email-event-webhook-signature', signature)
      put('x-twilio-email-event-webhook-timestamp', timestamp)
      break
    case 'resend':
    case 'standard-webhooks':
    case 'salesforce': {
      const isSvix =
        provider === 'resend' || (typeof input['headers'] === 'string' && input['headers'].startsWith('svix'))
      for (const name of ['id', 'timestamp', 'signature']) put(`${isSvix ? 'svix' : 'webhook'}-${name}`, input[name])
      break
    }
    case 'mandrill':
      put('x-mandrill-signature', signature)
      break
    case 'twilio':
      put('x-twilio-signature', signature)
      break
    case 'meta':
      put(text(header) ?? 'x-hub-signature-256', signature)
      break
    case 'hubspot': {
      const version = text(input['version']) ?? 'v3'
      put(version === 'v3' ? 'x-hubspot-signature-v3' : 'x-hubspot-signature', signature)
      if (version !== 'v3') put('x-hubspot-signature-version', version)
      put('x-hubspot-request-timestamp', input['timestamp_ms'] ?? timestamp)
      break
    }
    case 'shopify':
      put('x-shopify-hmac-sha256', signature)
      break
    case 'stripe':
      put('stripe-signature', header ?? signature)
      break
    case 'ses':
      put('x-amz-sns-message-type', fields(input['message'])?.['Type'] ?? typeIn(input['raw_body'] ?? input['body']))
      break
  }
  put('authorization', input['authorization'])
  const given = input['headers']
  if (Array.isArray(given)) {
    const byName = Map.groupBy(given as readonly [string, unknown][], ([name]) => name)
    for (const [name, pairs] of byName)
      put(
        name,
        pairs.map(([, value]) => value),
      )
  } else for (const [name, value] of Object.entries(fields(given) ?? {})) put(name, value)
  return headers
}

function typeIn(body: unknown): unknown {
  try {
    return (JSON.parse(String(body)) as Fields)['Type']
  } catch {
    return undefined
  }
}

function contentTypeOf(provider: ProviderName, input: Fields): string {
  const raw = text(input['raw_body'] ?? input['body'])
  if (provider === 'mandrill') return 'application/x-www-form-urlencoded'
  if (provider === 'salesforce' && raw?.trimStart().startsWith('<')) return 'text/xml'
  if (raw === undefined && input['params'] !== undefined) return 'application/x-www-form-urlencoded'
  // A body that looks like neither an object nor a list, where forms are usual, is one.
  const takesForms = provider === 'twilio' || provider === 'mailgun'
  if (takesForms && raw !== undefined && !/^\s*[[{]/.test(raw)) return 'application/x-www-form-urlencoded'
  return 'application/json'
}

function addressOf(input: Fields): [url: string | undefined, query: string] {
  const url = text(input['url'])
  const seen = text(input['request_url']) ?? url ?? ''
  const asked = fields(input['query'])
  const query =
    (asked ? formOf(asked) : text(input['query'])) ?? seen.split('#', 1)[0]?.split('?').slice(1).join('?') ?? ''
  return [url, query]
}

/** The vector's clock; without one the time that was signed. */
function nowOf(input: Fields): number {
  for (const name of ['now', 'now_ms', 'timestamp_ms', 'timestamp']) {
    const at = instant(input[name])
    if (at !== undefined) return at
  }
  return instant(fields(input['message'])?.['Timestamp']) ?? 1_750_000_000_000
}

/** Seconds, milliseconds or ISO 8601. */
export function instant(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d+(\.\d+)?$/.test(value)) {
    const at = Date.parse(value)
    return Number.isNaN(at) ? undefined : at
  }
  const count = Number(value)
  if (value === undefined || value === null || Number.isNaN(count)) return undefined
  return count < 1e11 ? Math.round(count * 1_000) : count
}

export function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string')
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
