import { env } from 'cloudflare:workers'
import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import snsVectors from '../fixtures/providers/ses-sns.signature.json' with { type: 'json' }
import { aHook, call, type TestHook } from '../support/webhook.ts'
import { ledgerOf, locate, meterOf, profileOf, timelineOf } from '../support/workspace.ts'

/** From a provider's call to a person's timeline, for the schemes that a test can sign itself. */
const hmac = (algorithm: string, key: string | Buffer, text: string) => createHmac(algorithm, key).update(text)
const seconds = () => Math.floor(Date.now() / 1_000)

function standard(
  secret: string,
  body: string,
  id = `msg_${crypto.randomUUID()}`,
  prefix = 'webhook',
): Record<string, string> {
  const at = String(seconds())
  const signature = hmac('sha256', Buffer.from(secret.slice(6), 'base64'), `${id}.${at}.${body}`).digest('base64')
  return { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: at, [`${prefix}-signature`]: `v1,${signature}` }
}

const WHSEC = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

async function eventsOf(hook: TestHook, type: string, value: string) {
  const { id } = await profileOf(hook.ws, type, value)
  return timelineOf(hook.ws, id)
}

describe('a provider tells what became of a message', () => {
  test('Resend: a delivery is on the timeline of the recipient, once, however often it is told', async () => {
    const hook = await aHook('resend', { secrets: [WHSEC] })
    const body = JSON.stringify({
      type: 'email.delivered',
      created_at: new Date(Date.now() - 60_000).toISOString(),
      data: { email_id: 'em_1', to: ['Ann <ann@example.com>'], tags: [{ name: 'user_id', value: 'u-1' }] },
    })
    const id = 'msg_one'
    for (let times = 0; times < 2; times++) {
      expect((await call(hook, body, { headers: standard(WHSEC, body, id, 'svix') })).status).toBe(200)
    }
    const events = await eventsOf(hook, 'email', 'ann@example.com')
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      name: 'Email Delivered',
      messageId: id,
      userId: 'u-1',
      properties: {
        type: 'delivered',
        channel: 'email',
        provider: 'resend',
        messageId: 'em_1',
        recipient: 'ann@example.com',
      },
    })
    const outcomes = [...(await ledgerOf(hook.ws)).values()].map((copy) => copy['outcome'])
    expect(outcomes.sort()).toEqual(['applied', 'duplicate'])
  })

  test('Twilio: a status and a STOP, on the number in E.164', async () => {
    const hook = await aHook('twilio', { secrets: ['token'] })
    const post = async (params: Record<string, string>, query = '') => {
      const body = new URLSearchParams(params).toString()
      const signed = `${hook.url}${query}${Object.keys(params)
        .sort()
        .map((name) => name + params[name])
        .join('')}`
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        'X-Twilio-Signature': hmac('sha1', 'token', signed).digest('base64'),
      }
      return call(hook, body, { headers, query })
    }
    const status = await post(
      { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30005', To: '+15558675310', From: '+15017122661' },
      '?send_id=s1',
    )
    expect([status.status, status.contentType, status.text.includes('<Response/>')]).toEqual([200, 'text/xml', true])
    await post({ MessageSid: 'SM2', SmsStatus: 'received', From: '+15558675310', To: '+15017122661', Body: ' Stop ' })
    const events = await eventsOf(hook, 'phone', '+15558675310')
    expect(events.map(({ name }) => name).sort()).toEqual(['SMS Bounced', 'SMS Replied', 'Unsubscribed'])
    expect(events.find(({ name }) => name === 'SMS Bounced')).toMatchObject({
      properties: {
        bounce: 'hard',
        code: '30005',
        metadata: { send_id: 's1' },
        suppression: { kind: 'suppress', channel: 'sms' },
      },
    })
    // Who looks at the person sees where nothing may be sent any more.
    const { suppressions } = await profileOf(hook.ws, 'phone', '+15558675310')
    expect(suppressions).toMatchObject([{ channel: 'sms', scope: 'all', reason: 'SMS Bounced' }])
  })

  test('a batch with one bad event: the others are told, the bad one is a dead letter, the answer is 200', async () => {
    const hook = await aHook('brevo', { bearerToken: 'the-token' })
    const event = { event: 'delivered', email: 'bea@example.com', 'message-id': '<1>', ts_epoch: Date.now() - 5_000 }
    const body = JSON.stringify([
      event,
      { event: 'click' },
      7,
      { ...event, event: 'proxy_open' },
      { event: 'nobody-knows' },
    ])
    const heard = await call(hook, body, { headers: { Authorization: 'Bearer the-token' } })
    expect(heard.status).toBe(200)
    const events = await eventsOf(hook, 'email', 'bea@example.com')
    expect(events.map(({ name }) => name).sort()).toEqual(['Email Delivered', 'Email Opened'])
    expect(events.find(({ name }) => name === 'Email Opened')).toMatchObject({ properties: { machine: true } })
    const { counts } = await meterOf(hook.ws)
    expect(counts).toMatchObject({ applied: 2, 'dead_letter:normalize': 2, 'dropped:not_an_event': 1 })
  })

  test('a body that cannot be read after a good signature is 200 and a dead letter with the body', async () => {
    const hook = await aHook('stripe', { secrets: ['whsec_x'] })
    const body = '{"id":"evt_1", broken'
    const at = seconds()
    const signature = `t=${at},v1=${hmac('sha256', 'whsec_x', `${at}.${body}`).digest('hex')}`
    expect((await call(hook, body, { headers: { 'Stripe-Signature': signature } })).status).toBe(200)
    const [copy] = (await ledgerOf(hook.ws)).values()
    expect(copy).toMatchObject({ outcome: 'dead_letter', stage: 'normalize', item: { body } })
  })
})

describe('a call that is not verified', () => {
  test('leaves nothing but a count', async () => {
    const hook = await aHook('shopify', { secrets: ['app-secret'] })
    const body = '{"id":1,"email":"eve@example.com"}'
    const heard = await call(hook, body, {
      headers: { 'X-Shopify-Hmac-Sha256': hmac('sha256', 'another', body).digest('base64') },
    })
    expect([heard.status, heard.messages]).toEqual([401, []])
    expect(await locate(hook.ws, 'email', 'eve@example.com')).toBeNull()
    await expect
      .poll(async () => (await meterOf(hook.ws)).counts, { timeout: 5_000 })
      .toMatchObject({ 'hook_refused:shopify:mismatch': 1 })
    expect((await ledgerOf(hook.ws)).size).toBe(0)
  })

  test.each([
    ['a source of another provider', (hook: TestHook) => hook.url.replace('/stripe/', '/shopify/')],
    ['a source that does not exist', (hook: TestHook) => hook.url.replace(/src_\w+/, 'src_nobody00')],
    ['a provider that does not exist', (hook: TestHook) => hook.url.replace('/stripe/', '/nobody/')],
    ['a source that is no webhook', (hook: TestHook) => hook.url.replace(hook.id, hook.web)],
  ])('%s is 404', async (_, urlOf) => {
    const hook = await aHook('stripe', { secrets: ['whsec_x'] })
    const url = urlOf(hook)
    expect((await call({ ...hook, url }, '{}')).status).toBe(404)
  })

  test('a source without a secret accepts nothing', async () => {
    for (const provider of [
      'sendgrid',
      'mailgun',
      'postmark',
      'ses',
      'resend',
      'brevo',
      'mandrill',
      'twilio',
      'meta',
      'hubspot',
      'shopify',
      'stripe',
      'salesforce',
      'standard-webhooks',
    ]) {
      const hook = await aHook(provider, {})
      const { status, messages } = await call(hook, '{}', { headers: standard(WHSEC, '{}') })
      expect([provider, [401, 403, 406].includes(status), messages]).toEqual([provider, true, []])
    }
  })

  test('more than two megabytes are refused unread, and GET is no way to post', async () => {
    const hook = await aHook('stripe', { secrets: ['whsec_x'] })
    expect((await call(hook, 'x'.repeat(2 * 1024 * 1024 + 1))).status).toBe(413)
    expect((await call(hook, undefined, { method: 'GET' })).status).toBe(405)
  })
})

describe('Mailgun signs a token and not the body', () => {
  const key = 'mailgun-key'
  const bodyOf = (token: string, event: object) => {
    const timestamp = String(seconds())
    return JSON.stringify({
      signature: { timestamp, token, signature: hmac('sha256', key, timestamp + token).digest('hex') },
      'event-data': event,
    })
  }

  test('so a token is good for one body: the same again is a retry, another is refused with 406', async () => {
    const hook = await aHook('mailgun', { secrets: [key] })
    const event = { event: 'delivered', id: 'ev1', recipient: 'cy@example.com', timestamp: seconds() }
    const body = bodyOf('a'.repeat(50), event)
    const forged = body.replace('cy@example.com', 'victim@example.com').replace('ev1', 'ev2')
    expect((await call(hook, body)).status).toBe(200)
    expect((await call(hook, body)).status).toBe(200)
    expect((await call(hook, forged)).status).toBe(406)
    expect(await eventsOf(hook, 'email', 'cy@example.com')).toHaveLength(1)
    expect(await locate(hook.ws, 'email', 'victim@example.com')).toBeNull()
  })

  test('a token of one source says nothing to another', async () => {
    const [one, other] = [await aHook('mailgun', { secrets: [key] }), await aHook('mailgun', { secrets: [key] })]
    const token = 'b'.repeat(50)
    expect((await call(one, bodyOf(token, { event: 'opened', id: 'x', recipient: 'a@b.c' }))).status).toBe(200)
    expect((await call(other, bodyOf(token, { event: 'opened', id: 'y', recipient: 'a@b.c' }))).status).toBe(200)
  })
})

describe('a large call', () => {
  test('of many events fits into several messages, and every event arrives', async () => {
    const hook = await aHook('brevo', { secrets: ['s3cret'] })
    const events = Array.from({ length: 1_500 }, (_, n) => ({
      event: 'delivered',
      email: 'dan@example.com',
      'message-id': `<${n}>`,
      ts_epoch: Date.now() - n,
      pad: 'p'.repeat(200),
    }))
    const heard = await call(hook, JSON.stringify(events), {
      headers: { 'X-Webhook-Token': 's3cret' },
      delivered: false,
    })
    expect(heard.status).toBe(200)
    expect(heard.messages.length).toBeGreaterThan(1)
    expect(Math.max(...heard.messages.map((message) => JSON.stringify(message).length))).toBeLessThan(64_000)
    const numbers = heard.messages.flatMap((message) => message.items.map(({ i }) => i))
    expect(new Set(numbers).size).toBe(1_500)
  })

  test('of one large record is packed, and told all the same', async () => {
    const hook = await aHook('standard-webhooks', { secrets: [WHSEC] })
    const body = JSON.stringify({ type: 'order.paid', data: { email: 'dora@example.com', notes: 'n'.repeat(500_000) } })
    expect((await call(hook, body, { headers: standard(WHSEC, body) })).status).toBe(200)
    const [event] = await eventsOf(hook, 'email', 'dora@example.com')
    expect(event).toMatchObject({ name: 'order.paid', properties: { truncated: true, email: 'dora@example.com' } })
  })
})

describe('answers of their own', () => {
  test('Meta: the verification request hears its challenge, and a stranger hears nothing', async () => {
    const hook = await aHook('meta', { secrets: ['app'], verifyToken: 'meatyhamhock' })
    const ask = (token: string) =>
      call(hook, undefined, {
        method: 'GET',
        query: `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`,
      })
    expect(await ask('meatyhamhock')).toMatchObject({
      status: 200,
      text: '1158201444',
      contentType: 'text/plain; charset=utf-8',
    })
    expect((await ask('wrong')).status).toBe(403)
  })

  test('Mandrill: the probe of a new webhook is heard, and its well-known key opens nothing else', async () => {
    const hook = await aHook('mandrill', { secrets: ['key'] })
    expect((await call(hook, undefined, { method: 'HEAD' })).status).toBe(200)
    const post = (events: string) => {
      const signature = hmac('sha1', 'test-webhook', `${hook.url}mandrill_events${events}`).digest('base64')
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Mandrill-Signature': signature }
      return call(hook, `mandrill_events=${encodeURIComponent(events)}`, { headers })
    }
    expect((await post('[]')).status).toBe(200)
    expect((await post('[{"event":"open","_id":"1","ts":1,"msg":{"email":"a@b.c"}}]')).status).toBe(403)
  })

  test('Salesforce: an outbound message is acknowledged in SOAP', async () => {
    const hook = await aHook('salesforce', { secrets: ['path-secret'], organizationIds: ['00Dxx0000001gPL'] })
    const body = `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
      <notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00Dxx0000001gPLEAY</OrganizationId><SessionId>nobody</SessionId>
      <Notification><Id>04lxx1</Id><sObject xsi:type="sf:Contact" xmlns:xsi="x" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>003A</sf:Id><sf:Email>fay@example.com</sf:Email><sf:FirstName>Fay &amp; Co</sf:FirstName></sObject></Notification>
      </notifications></soapenv:Body></soapenv:Envelope>`
    const headers = { 'Content-Type': 'text/xml; charset=utf-8' }
    const heard = await call(hook, body, { headers, query: '?token=path-secret' })
    expect([heard.status, heard.text.includes('<Ack>true</Ack>')]).toEqual([200, true])
    const profile = await profileOf(hook.ws, 'email', 'fay@example.com')
    expect(profile.traits).toMatchObject({ firstName: 'Fay & Co' })
    expect(JSON.stringify(heard.messages)).not.toContain('path-secret')
    expect((await call(hook, body, { headers, query: '?token=wrong' })).status).toBe(401)
    expect(
      (
        await call(hook, body.replace('00Dxx0000001gPLEAY', '00Dxx0000001gPMEAY'), {
          headers,
          query: '?token=path-secret',
        })
      ).status,
    ).toBe(401)
    const bomb = body.replace('<soapenv:Envelope', '<!DOCTYPE x [<!ENTITY a "aaaa">]><soapenv:Envelope')
    expect((await call(hook, bomb, { headers, query: '?token=path-secret' })).status).toBe(401)
  })

  test('HubSpot: only what changed is written, by the record of the system', async () => {
    const hook = await aHook('hubspot', { secrets: ['client-secret'] })
    const body = JSON.stringify([
      {
        eventId: 1,
        subscriptionId: 2,
        portalId: 3,
        objectId: 123,
        occurredAt: Date.now() - 1_000,
        subscriptionType: 'contact.propertyChange',
        propertyName: 'email',
        propertyValue: 'gus@example.com',
      },
    ])
    const at = String(Date.now())
    const headers = {
      'X-HubSpot-Request-Timestamp': at,
      'X-HubSpot-Signature-v3': hmac('sha256', 'client-secret', `POST${hook.url}${body}${at}`).digest('base64'),
    }
    expect((await call(hook, body, { headers })).status).toBe(200)
    expect((await profileOf(hook.ws, 'hubspot_contact_id', '123')).traits).toMatchObject({ email: 'gus@example.com' })
    const legacy = createHash('sha256').update(`client-secret${body}`).digest('hex')
    expect((await call(hook, body, { headers: { 'X-HubSpot-Signature': legacy } })).status).toBe(401)
  })

  test('HubSpot: whom the contact asks to be forgotten is erased, with a receipt', async () => {
    const hook = await aHook('hubspot', { secrets: ['client-secret'] })
    const send = async (eventId: number, fields: object) => {
      const record = {
        eventId,
        subscriptionId: 2,
        portalId: 3,
        objectId: 123,
        occurredAt: Date.now() - 1_000,
        ...fields,
      }
      const body = JSON.stringify([record])
      const at = String(Date.now())
      const headers = {
        'X-HubSpot-Request-Timestamp': at,
        'X-HubSpot-Signature-v3': hmac('sha256', 'client-secret', `POST${hook.url}${body}${at}`).digest('base64'),
      }
      expect((await call(hook, body, { headers })).status).toBe(200)
    }
    const email = { propertyName: 'email', propertyValue: 'gus@example.com' }
    await send(1, { subscriptionType: 'contact.propertyChange', ...email })
    const { id } = await profileOf(hook.ws, 'hubspot_contact_id', '123')
    await send(2, { subscriptionType: 'contact.privacyDeletion' })
    expect(await locate(hook.ws, 'hubspot_contact_id', '123')).toBeNull()
    const receipts = await env.DB.prepare('SELECT profile FROM erasures WHERE workspace = ?').bind(hook.ws.id).all()
    expect(receipts.results).toEqual([{ profile: id }])
  })
})

describe('SES through SNS', () => {
  const [, confirmation] = snsVectors.items as unknown as readonly {
    input: { message: Record<string, string>; certificate_pem: string; now: string }
  }[]
  const { message, certificate_pem: pem, now } = (confirmation as NonNullable<typeof confirmation>).input
  const headers = { 'Content-Type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': message['Type'] as string }

  function amazon(confirmed = 200) {
    const asked: string[] = []
    const fetcher = async (url: string, init: RequestInit) => {
      asked.push(`${url} ${init.redirect}`)
      return url.endsWith('.pem') ? new Response(pem) : new Response('', { status: confirmed })
    }
    return { asked, ports: { fetch: fetcher as unknown as typeof fetch, now: () => Date.parse(now) } }
  }

  test('a listed topic is confirmed by one call to Amazon, and nothing is told', async () => {
    const hook = await aHook('ses', { topicArns: [message['TopicArn']] })
    const { asked, ports } = amazon()
    const heard = await call(hook, JSON.stringify(message), { headers, ports })
    expect([heard.status, heard.messages]).toEqual([200, []])
    expect(asked).toEqual([`${message['SigningCertURL']} manual`, `${message['SubscribeURL']} manual`])
  })

  test('when Amazon does not take the confirmation, SNS is asked to come again', async () => {
    const hook = await aHook('ses', { topicArns: [message['TopicArn']] })
    expect((await call(hook, JSON.stringify(message), { headers, ports: amazon(500).ports })).status).toBe(503)
  })

  test('a topic that is not listed is refused, and nothing is called', async () => {
    const hook = await aHook('ses', { topicArns: [`${message['TopicArn']}-other`] })
    const { asked, ports } = amazon()
    expect((await call(hook, JSON.stringify(message), { headers, ports })).status).toBe(403)
    expect(asked).toEqual([])
  })
})

describe('a connector of our own', () => {
  test('is reached like a provider: JSON with a bearer token becomes messages', async () => {
    const hook = await aHook('json-events', { bearerToken: 'the-token' })
    const headers = { Authorization: 'Bearer the-token', 'Content-Type': 'application/json' }
    const body = JSON.stringify({
      event: 'Order Paid',
      userId: 'u-77',
      timestamp: new Date().toISOString(),
      properties: { total: 3 },
    })
    expect((await call(hook, body, { headers })).status).toBe(200)
    expect((await call(hook, body, { headers })).status).toBe(200)
    expect((await call(hook, body)).status).toBe(401)
    const events = await eventsOf(hook, 'user_id', 'u-77')
    expect(events.map(({ name }) => name)).toEqual(['Order Paid'])
  })

  test('what it does not understand is a dead letter', async () => {
    const hook = await aHook('json-events', { bearerToken: 'the-token' })
    expect((await call(hook, '{"broken', { headers: { Authorization: 'Bearer the-token' } })).status).toBe(200)
    expect((await meterOf(hook.ws)).counts).toMatchObject({ 'dead_letter:normalize': 1 })
  })
})

describe('the settings of a source', () => {
  test('the address at the provider counts, not the one the call came by; any secret of the list may have signed', async () => {
    const publicUrl = 'https://Hooks.Example.com:443/mailchimp?x=1'
    const hook = await aHook('mandrill', { secrets: ['old', 'new'], publicUrl })
    const post = (url: string, secret: string) => {
      const signature = hmac('sha1', secret, `${url}mandrill_events[]`).digest('base64')
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Mandrill-Signature': signature }
      return call(hook, 'mandrill_events=%5B%5D', { headers })
    }
    expect((await post(publicUrl, 'new')).status).toBe(200)
    expect((await post(publicUrl, 'old')).status).toBe(200)
    expect((await post(publicUrl.toLowerCase(), 'new')).status).toBe(403)
    expect((await post(hook.url, 'new')).status).toBe(403)
  })

  test('only listed addresses may call, a disabled source answers nobody, and a rate is held', async () => {
    const bearerToken = 'the-token'
    const headers = { Authorization: `Bearer ${bearerToken}` }
    const listed = await aHook('brevo', { bearerToken, allowedIps: ['192.0.2.0/24'] })
    expect((await call(listed, '[]', { headers: { ...headers, 'CF-Connecting-IP': '192.0.2.7' } })).status).toBe(200)
    expect((await call(listed, '[]', { headers: { ...headers, 'CF-Connecting-IP': '198.51.100.1' } })).status).toBe(403)
    expect((await call(listed, '[]', { headers })).status).toBe(403)
    const disabled = await aHook('brevo', { bearerToken }, { enabled: false })
    expect((await call(disabled, '[]', { headers })).status).toBe(404)
    const limited = await aHook('brevo', { bearerToken, rateLimitPerMinute: 1 })
    const statuses = [await call(limited, '[]', { headers }), await call(limited, '[]', { headers })].map(
      ({ status }) => status,
    )
    expect(statuses).toEqual([200, 429])
  })
})
