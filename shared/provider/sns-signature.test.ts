import { describe, expect, test } from 'vitest'
import { readCertificate, webhookTools } from '../../platform/webhook-tools.ts'
import vectors from '../../test/fixtures/providers/ses-sns.signature.json' with { type: 'json' }
import { requestOf } from '../../test/support/provider-signers.ts'
import type { HookSettings } from './hook-request.ts'
import type { Certificate } from './hook-tools.ts'
import { ses } from './ses.ts'
import { confirmationUrl, isCertificateUrl, verifySnsSignature } from './sns-signature.ts'

/** Real messages, signed by Amazon; what changes about them is what a forger would change. */
const [notification, confirmation] = vectors.items as unknown as readonly {
  readonly input: {
    readonly message: Readonly<Record<string, string>>
    readonly certificate_pem: string
    readonly now: string
  }
}[]
const real = notification?.input as NonNullable<typeof notification>['input']
const TOPIC = real.message['TopicArn'] as string
const NOW = Date.parse(real.now)
const CERTIFICATE = readCertificate(real.certificate_pem) as Certificate

interface Change {
  readonly message?: Record<string, unknown>
  readonly headers?: Record<string, string>
  readonly settings?: Partial<HookSettings>
  readonly certificate?: Certificate | undefined
  readonly now?: number
}

function verdict(change: Change = {}) {
  const message = { ...real.message, ...change.message }
  const headers = change.headers ?? { 'x-amz-sns-message-type': String(message.Type) }
  const asked: string[] = []
  const tools = webhookTools(async (url) => {
    asked.push(url)
    return 'certificate' in change ? change.certificate : CERTIFICATE
  })
  const request = requestOf({ body: JSON.stringify(message), headers })
  const settings = { secrets: [], topicArns: [TOPIC], ...change.settings }
  return Promise.resolve(verifySnsSignature(request, settings, tools, change.now ?? NOW)).then((said) => ({
    said,
    asked,
  }))
}

describe('a message of SNS', () => {
  test('is verified under the certificate it names', async () => {
    expect(await verdict()).toEqual({ said: { ok: true }, asked: [real.message['SigningCertURL']] })
  })

  test('a subject that Lambda writes as null is none', async () => {
    const { said } = await verdict({ message: { Subject: null } })
    // The real one has a subject: without it the signature is another's, but the message is well formed.
    expect(said).toEqual({ ok: false, refusal: 'mismatch' })
  })

  test.each<[string, Change, string]>([
    ['another text', { message: { Message: 'tampered' } }, 'mismatch'],
    [
      'another topic of the list',
      { message: { TopicArn: `${TOPIC}x` }, settings: { topicArns: [`${TOPIC}x`] } },
      'mismatch',
    ],
    ['another version of the signature', { message: { SignatureVersion: '2' } }, 'mismatch'],
    ['a version that does not exist', { message: { SignatureVersion: '3' } }, 'malformed'],
    ['no signature', { message: { Signature: undefined } }, 'malformed'],
    ['a signature that is no base64', { message: { Signature: '%%' } }, 'malformed'],
    ['a field that is no text', { message: { MessageId: { toString: 'x' } } }, 'malformed'],
    ['a type that is none', { message: { Type: 'constructor' } }, 'malformed'],
    ['a header of another type', { headers: { 'x-amz-sns-message-type': 'SubscriptionConfirmation' } }, 'malformed'],
    ['no header', { headers: {} }, 'malformed'],
    [
      'raw delivery',
      { headers: { 'x-amz-sns-message-type': 'Notification', 'x-amz-sns-rawdelivery': 'true' } },
      'missing',
    ],
    ['a topic that is not listed', { settings: { topicArns: [`${TOPIC}-other`] } }, 'not_allowed'],
    ['a source without topics', { settings: { topicArns: [] } }, 'not_configured'],
    [
      'a certificate of another region',
      { message: { SigningCertURL: real.message['SigningCertURL']?.replace('us-west-2', 'us-east-1') } },
      'malformed',
    ],
    ['a certificate that cannot be had', { certificate: undefined }, 'mismatch'],
    ['a certificate for somebody else', { certificate: { ...CERTIFICATE, hosts: ['evil.amazonaws.com'] } }, 'mismatch'],
    ['a certificate that has expired', { certificate: { ...CERTIFICATE, notAfter: NOW - 1 } }, 'stale'],
    ['a certificate that is not valid yet', { certificate: { ...CERTIFICATE, notBefore: NOW + 1 } }, 'stale'],
    ['a time long ago', { now: NOW + 3_901_000 }, 'stale'],
    ['a time to come', { now: NOW - 301_000 }, 'stale'],
  ])('%s is refused', async (_, change, refusal) => {
    expect((await verdict(change)).said).toEqual({ ok: false, refusal })
  })

  test('the certificate is asked for only after everything else was found in order', async () => {
    for (const change of [
      { settings: { topicArns: [] } },
      { settings: { topicArns: ['x'] } },
      { message: { Signature: '' } },
    ]) {
      expect((await verdict(change)).asked).toEqual([])
    }
  })
})

describe('the address of a certificate', () => {
  const good = 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem'

  test('is Amazon’s, in the region of the topic', () => {
    expect(isCertificateUrl(good, 'us-west-2')).toBe(true)
    const china = good.replace('us-west-2.amazonaws.com', 'cn-north-1.amazonaws.com.cn')
    expect([isCertificateUrl(china, 'cn-north-1'), isCertificateUrl(china, 'us-west-2')]).toEqual([true, false])
  })

  test.each([
    good.replace('https', 'http'),
    good.replace('us-west-2', 'us-west-1'),
    good.replace('sns.us-west-2', 'sns.s3-us-west-2'),
    good.replace('amazonaws.com', 'amazonaws.com.evil.example'),
    good.replace('sns.', 'sns.evil.example/sns.'),
    good.replace('https://', 'https://evil.example@'),
    good.replace('https://', 'https://evil.example:443@'),
    good.replace('.com/', '.com:443/'),
    good.replace('.com/', '.com/x/../'),
    good.replace('.com/', '.com\\@evil.example/'),
    good.replace('.com/', '.com#@evil.example/'),
    good.replace('.pem', '.pem?x=1'),
    good.replace('.pem', '.pem#x'),
    good.replace('.pem', '.pem\n'),
    good.replace('.pem', '.PEM/../../evil'),
    `${good} `,
    ` ${good}`,
    good.replace('7506', '%37506'),
    good.replace('us-west-2', 'us-west-2%2eevil'),
    '',
    null,
    [good],
  ])('is not %s', (address) => {
    expect(isCertificateUrl(address, 'us-west-2')).toBe(false)
  })
})

describe('the confirmation of a subscription', () => {
  const text = (change: Record<string, unknown> = {}) => JSON.stringify({ ...confirmation?.input.message, ...change })
  const url = confirmation?.input.message['SubscribeURL'] as string

  test('is the address in the message, when the topic is listed', () => {
    expect(confirmationUrl(text(), [TOPIC])).toBe(url)
    expect(confirmationUrl(text(), ['arn:aws:sns:us-west-2:131990247566:other'])).toBeUndefined()
    expect(confirmationUrl(JSON.stringify(real.message), [TOPIC])).toBeUndefined()
  })

  test.each([
    url.replace('https', 'http'),
    url.replace('amazonaws.com', 'evil.example'),
    url.replace('ConfirmSubscription', 'Publish'),
    url.replace('dongie-standard-topic', 'other'),
    `${url}&TopicArn=arn:aws:sns:us-west-2:131990247566:other`,
    `${url}&Action=DeleteTopic`,
    url.replace('/?', '/x?'),
  ])('is never %s', (SubscribeURL) => {
    expect(confirmationUrl(text({ SubscribeURL }), [TOPIC])).toBeUndefined()
  })
})

describe('what SES tells', () => {
  const kept = { query: '', headers: {}, text: '', receivedAt: NOW }
  const tools = webhookTools(async () => undefined)
  const mail = {
    messageId: 'm',
    timestamp: '2026-01-01T00:00:00Z',
    destination: ['a@example.com', 'b@example.com'],
    tags: { 'ses:x': ['1'], user_id: ['u1'] },
  }
  const told = (event: object) => {
    const result = ses.tell({ id: 'sns-1', event: { mail, ...event } as never }, kept, tools)
    return result.ok ? result.value : result.failure
  }

  test('of several people is told of each, by an id of each', () => {
    const bounce = {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      timestamp: '2026-01-01T00:00:01Z',
      bouncedRecipients: [{ emailAddress: 'a@example.com', status: '5.1.1' }, { emailAddress: 'b@example.com' }],
    }
    expect(told({ eventType: 'Bounce', bounce })).toMatchObject([
      {
        recipient: 'a@example.com',
        dedup: 'sns-1:a@example.com:Bounce',
        bounce: 'hard',
        code: '5.1.1',
        metadata: { user_id: 'u1' },
      },
      { recipient: 'b@example.com', dedup: 'sns-1:b@example.com:Bounce' },
    ])
  })

  test('an open of a mail to several people is nobody’s', () => {
    const [open, ...more] = told({ eventType: 'Open', open: {} }) as readonly { recipient?: string }[]
    expect([open?.recipient, more]).toEqual([undefined, []])
  })

  test.each([
    [
      {
        notificationType: 'Bounce',
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'OnAccountSuppressionList',
          bouncedRecipients: [{ emailAddress: 'a@b.c' }],
        },
      },
      { type: 'failed', reason: 'suppressed' },
    ],
    [
      { eventType: 'Bounce', bounce: { bounceType: 'Undetermined', bouncedRecipients: [{ emailAddress: 'a@b.c' }] } },
      { type: 'bounced', bounce: 'soft' },
    ],
    [
      { eventType: 'Rendering Failure', failure: { errorMessage: 'x' }, mail: { destination: ['a@b.c'] } },
      { type: 'failed', reason: 'rendering', detail: 'x' },
    ],
    [
      {
        eventType: 'DeliveryDelay',
        deliveryDelay: { delayType: 'MailboxFull', delayedRecipients: [{ emailAddress: 'a@b.c' }] },
      },
      { type: 'deferred', code: 'MailboxFull' },
    ],
    [
      {
        eventType: 'Subscription',
        subscription: { newTopicPreferences: { unsubscribeAll: true } },
        mail: { destination: ['a@b.c'] },
      },
      { type: 'unsubscribed', scope: 'all' },
    ],
    [
      { eventType: 'Complaint', complaint: { complainedRecipients: [{ emailAddress: 'a@b.c' }] } },
      { type: 'complained' },
    ],
  ])('%j', (event, expected) => {
    expect(told(event)).toMatchObject([expected])
  })

  test('a complaint that was taken back is nothing', () => {
    expect(
      told({
        eventType: 'Complaint',
        complaint: { complaintFeedbackType: 'not-spam', complainedRecipients: [{ emailAddress: 'a@b.c' }] },
      }),
    ).toEqual([])
  })
})
