import { createHash, createHmac } from 'node:crypto'
import type { HookRequest, HookSettings } from '../../shared/provider/hook-request.ts'
import type { ProviderName } from '../../shared/provider/provider.ts'

/** The other side: how each provider signs what it sends, written from its documentation and not from our verifier. */
export interface Signed {
  readonly headers: Record<string, string>
  readonly body: string
  readonly query?: string
}

export interface Signer {
  /** Without a signature: a credential that goes with any body. */
  readonly signsBody: boolean
  /** The signed time is part of what is signed, and how old it may be at most by default, in seconds. */
  readonly maxAgeSeconds?: number
  readonly settings: (secret: string) => Partial<HookSettings>
  readonly sign: (body: string, secret: string, at: number) => Signed | Promise<Signed>
  /** A body that tells something. */
  readonly body: string
  /** What the secret must look like. */
  readonly secrets: readonly [right: string, other: string]
}

export const HOOK_URL = 'https://cdp.example.com/hooks/any/src_1'

const hmac = (algorithm: string, key: string | Buffer, text: string) => createHmac(algorithm, key).update(text)
const bySecrets = (secret: string) => ({ secrets: [secret] })
const seconds = (at: number) => String(Math.floor(at / 1_000))
const whsec = (fill: number) => `whsec_${Buffer.alloc(24, fill).toString('base64')}`
const plain: Signer['secrets'] = ['right-secret', 'other-secret']
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function standard(prefix: string): Signer['sign'] {
  return (body, secret, at) => {
    const signature = hmac('sha256', Buffer.from(secret.slice(6), 'base64'), `msg_1.${seconds(at)}.${body}`).digest(
      'base64',
    )
    const headers = {
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: seconds(at),
      [`${prefix}-signature`]: `v1,${signature}`,
    }
    return { body, headers }
  }
}

const bearer: Pick<Signer, 'signsBody' | 'settings' | 'sign' | 'secrets'> = {
  signsBody: false,
  settings: (secret) => ({ secrets: [], bearerToken: secret }),
  sign: (body, secret) => ({ body, headers: { authorization: `Bearer ${secret}` } }),
  secrets: plain,
}

/** All but SendGrid and SES, whose keys are pairs. */
export const SIGNERS: Readonly<Partial<Record<ProviderName, Signer>>> = {
  mailgun: {
    signsBody: false,
    maxAgeSeconds: 9 * 3_600,
    settings: bySecrets,
    secrets: plain,
    body: JSON.stringify({ 'event-data': { event: 'opened', id: 'e1', recipient: 'a@example.com' } }),
    sign: (body, secret, at) => {
      const [timestamp, token] = [seconds(at), 't'.repeat(50)]
      const signature = hmac('sha256', secret, timestamp + token).digest('hex')
      return {
        headers: {},
        body: JSON.stringify({ ...(JSON.parse(body) as object), signature: { timestamp, token, signature } }),
      }
    },
  },
  postmark: {
    ...bearer,
    body: JSON.stringify({
      RecordType: 'Delivery',
      MessageID: 'm',
      Recipient: 'a@example.com',
      DeliveredAt: '2026-01-01T00:00:00Z',
    }),
  },
  brevo: {
    ...bearer,
    body: JSON.stringify({ event: 'delivered', email: 'a@example.com', ts_epoch: 1_750_000_000_000 }),
  },
  salesforce: {
    ...bearer,
    body: JSON.stringify({
      replayId: 1,
      payload: {
        ChangeEventHeader: {
          entityName: 'Contact',
          recordIds: ['003A'],
          changeType: 'CREATE',
          transactionKey: 't',
          sequenceNumber: 1,
        },
        Email: 'a@example.com',
      },
    }),
  },
  resend: {
    signsBody: true,
    maxAgeSeconds: 300,
    settings: bySecrets,
    secrets: [whsec(1), whsec(2)],
    sign: standard('svix'),
    body: JSON.stringify({
      type: 'email.sent',
      created_at: '2026-01-01T00:00:00Z',
      data: { to: ['a@example.com'], email_id: 'x' },
    }),
  },
  'standard-webhooks': {
    signsBody: true,
    maxAgeSeconds: 300,
    settings: bySecrets,
    secrets: [whsec(1), whsec(2)],
    sign: standard('webhook'),
    body: JSON.stringify({ type: 'user.created', timestamp: '2026-01-01T00:00:00Z', data: { email: 'a@example.com' } }),
  },
  mandrill: {
    signsBody: true,
    settings: bySecrets,
    secrets: plain,
    body: JSON.stringify([{ event: 'open', _id: 'x', ts: 1_365_111_111, msg: { email: 'a@example.com' } }]),
    sign: (body, secret) => ({
      body: `mandrill_events=${encodeURIComponent(body)}`,
      headers: {
        ...FORM,
        'x-mandrill-signature': hmac('sha1', secret, `${HOOK_URL}mandrill_events${body}`).digest('base64'),
      },
    }),
  },
  twilio: {
    signsBody: true,
    settings: bySecrets,
    secrets: plain,
    body: JSON.stringify({ MessageSid: 'SM1', MessageStatus: 'delivered', To: '+15558675310' }),
    sign: (body, secret) => {
      const params = JSON.parse(body) as Record<string, string>
      const text = Object.keys(params)
        .sort()
        .map((name) => name + params[name])
        .join('')
      const signature = hmac('sha1', secret, HOOK_URL + text).digest('base64')
      return { body: new URLSearchParams(params).toString(), headers: { ...FORM, 'x-twilio-signature': signature } }
    },
  },
  meta: {
    signsBody: true,
    settings: bySecrets,
    secrets: plain,
    body: JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '1',
          changes: [
            {
              field: 'messages',
              value: { statuses: [{ id: 'w', status: 'read', recipient_id: '16505551234', timestamp: '1750857384' }] },
            },
          ],
        },
      ],
    }),
    sign: (body, secret) => ({
      body,
      headers: { 'x-hub-signature-256': `sha256=${hmac('sha256', secret, body).digest('hex')}` },
    }),
  },
  hubspot: {
    signsBody: true,
    maxAgeSeconds: 300,
    settings: bySecrets,
    secrets: plain,
    body: JSON.stringify([
      {
        subscriptionType: 'contact.creation',
        objectId: 1,
        eventId: 2,
        portalId: 3,
        subscriptionId: 4,
        occurredAt: 1_750_000_000_000,
      },
    ]),
    sign: (body, secret, at) => ({
      body,
      headers: {
        'x-hubspot-request-timestamp': String(at),
        'x-hubspot-signature-v3': hmac('sha256', secret, `POST${HOOK_URL}${body}${at}`).digest('base64'),
      },
    }),
  },
  shopify: {
    signsBody: true,
    settings: bySecrets,
    secrets: plain,
    body: JSON.stringify({ id: 1, email: 'a@example.com' }),
    sign: (body, secret) => ({
      body,
      headers: {
        'x-shopify-hmac-sha256': hmac('sha256', secret, body).digest('base64'),
        'x-shopify-topic': 'orders/create',
        'x-shopify-event-id': 'e',
      },
    }),
  },
  stripe: {
    signsBody: true,
    maxAgeSeconds: 300,
    settings: bySecrets,
    secrets: ['whsec_right', 'whsec_other'],
    body: JSON.stringify({ id: 'evt_1', type: 'invoice.paid', data: { object: { customer: 'cus_1' } } }),
    sign: (body, secret, at) => ({
      body,
      headers: {
        'stripe-signature': `t=${seconds(at)},v1=${hmac('sha256', secret, `${seconds(at)}.${body}`).digest('hex')}`,
      },
    }),
  },
}

export async function sendgridSigner(): Promise<Signer> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const pair = async () => (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
  const spki = async ({ publicKey }: CryptoKeyPair) =>
    Buffer.from((await crypto.subtle.exportKey('spki', publicKey)) as ArrayBuffer).toString('base64')
  const [right, other] = [await pair(), await pair()]
  const secrets = [await spki(right), await spki(other)] as const
  return {
    signsBody: true,
    maxAgeSeconds: 25 * 3_600,
    settings: bySecrets,
    secrets,
    body: '[{"email":"a@example.com","event":"delivered","sg_event_id":"e1","timestamp":1513299569}]\r\n',
    sign: async (body, secret, at) => {
      const key = (secret === secrets[0] ? right : other).privateKey
      const text = Uint8Array.from(Buffer.from(seconds(at) + body))
      const raw = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, text))
      const headers = {
        'x-twilio-email-event-webhook-signature': Buffer.from(derOf(raw)).toString('base64'),
        'x-twilio-email-event-webhook-timestamp': seconds(at),
      }
      return { body, headers }
    },
  }
}

/** r and s of 32 bytes each as OpenSSL would write them. */
export function derOf(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const start = bytes.findIndex((byte) => byte !== 0)
    const short = bytes.subarray(start === -1 ? bytes.length - 1 : start)
    const padded = (short[0] as number) >= 0x80 ? [0, ...short] : [...short]
    return [0x02, padded.length, ...padded]
  }
  const body = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))]
  return Uint8Array.from([0x30, body.length, ...body])
}

export function requestOf({ headers, body, query = '' }: Signed): HookRequest {
  const bytes = Buffer.from(body)
  return { method: 'POST', query, headers: { 'content-type': 'application/json', ...headers }, bytes, text: body }
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
