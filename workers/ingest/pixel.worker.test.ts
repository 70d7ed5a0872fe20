import { describe, expect, test, vi } from 'vitest'
import { EVENT_TYPES } from '../../shared/event/event.ts'
import { fakeEnv, WRITE_KEY } from '../../test/support/fake-env.ts'
import { sdkCall } from '../../test/support/sdk-call.ts'

vi.spyOn(console, 'warn').mockImplementation(() => {})
vi.spyOn(console, 'error').mockImplementation(() => {})

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const GIF = /^GIF89a/

describe('pixels', () => {
  const click = { event: 'Opened — ✉', userId: 'u1', properties: { mail: 'spring>>??' } }
  const data = (event: object) => base64({ ...event, writeKey: WRITE_KEY })

  test.each([
    ['as it is', (text: string) => encodeURIComponent(text)],
    ['with unescaped plus signs', (text: string) => text.replaceAll('/', '%2F')],
    ['URL-safe', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')],
    ['URL-safe without padding', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
  ])('data in base64, %s, is the event, and the answer an image of one point', async (_, written) => {
    const { status, headers, bytes, items } = await sdkCall('GET', `/v1/pixel/track?data=${written(data(click))}`)
    expect([status, headers.get('Content-Type'), headers.get('Cache-Control')]).toEqual([200, 'image/gif', 'no-store'])
    expect(new TextDecoder().decode(bytes)).toMatch(GIF)
    expect(bytes).toHaveLength(43)
    expect(headers.get('X-Pixel-Refused')).toBeNull()
    expect(items).toMatchObject([{ type: 'track', body: { ...click, channel: 'web' } }])
    expect(items[0]?.reject).toBeUndefined()
  })

  test.each(EVENT_TYPES)('/v1/pixel/%s takes its call', async (type) => {
    const event = { userId: 'u1', event: 'e', groupId: 'g', previousId: 'p' }
    const { items } = await sdkCall('GET', `/v1/pixel/${type}/?data=${encodeURIComponent(data(event))}`)
    expect(items).toMatchObject([{ type, body: event }])
  })

  test('the fields themselves: dots nest, what no call knows is a property, an object may be JSON', async () => {
    const query =
      `writeKey=${WRITE_KEY}&event=Opened&userId=007&mail=spring&properties.list.id=9&properties=%7B%22n%22%3A1%7D` +
      '&context.page.url=https%3A%2F%2Fx&empty=&__proto__.admin=1&properties.__proto__.x=1'
    const { items } = await sdkCall('GET', `/v1/pixel/track?${query}`)
    const properties = JSON.parse('{"n":1,"mail":"spring","list":{"id":"9"},"__proto__":{"x":"1","admin":"1"}}')
    expect(items[0]?.body).toEqual({
      event: 'Opened',
      userId: '007',
      channel: 'web',
      properties,
      context: { page: { url: 'https://x' } },
    })
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })

  test('of an identify, what no call knows is a trait', async () => {
    const { items } = await sdkCall('GET', `/v1/pixel/identify?writeKey=${WRITE_KEY}&userId=u1&plan=pro`)
    expect(items[0]?.body).toMatchObject({ userId: 'u1', traits: { plan: 'pro' } })
  })

  test("RudderStack's pixels, with an id in quotes as templates write it", async () => {
    const page = await sdkCall('GET', `/pixel/v1/page?writeKey=${WRITE_KEY}&anonymousId=%22a1%22&name=Home`)
    expect(page.items).toMatchObject([{ type: 'page', body: { anonymousId: 'a1', name: 'Home' } }])
    const track = await sdkCall('GET', `/pixel/v1/track?writeKey=${WRITE_KEY}&anonymousId=a1&event=Seen`)
    expect(track.items).toMatchObject([{ type: 'track', body: { event: 'Seen' } }])
  })

  test.each([
    ['no key', '/v1/pixel/track?event=e&userId=u', 'unauthorized'],
    ['a made-up key', '/v1/pixel/track?event=e&userId=u&writeKey=wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa', 'unauthorized'],
    ['no base64', '/v1/pixel/track?data=%%%', 'invalid_request'],
    ['no object', `/v1/pixel/track?data=${base64([1])}`, 'invalid_request'],
    ['a bomb of dots', `/v1/pixel/track?writeKey=x&properties${'.a'.repeat(3_000)}=1`, 'invalid_request'],
  ])('%s: the image all the same, a header says why, and nothing is kept', async (_, path, code) => {
    const { status, headers, bytes, items } = await sdkCall('GET', path)
    expect([status, headers.get('X-Pixel-Refused'), items]).toEqual([200, code, []])
    expect(new TextDecoder().decode(bytes)).toMatch(GIF)
  })

  test('when nothing durable takes it: still the image, and the reason', async () => {
    const fake = fakeEnv()
    fake.events0.fault = fake.events1.fault = fake.bucket.fault = new Error('down')
    const { status, headers } = await sdkCall(
      'GET',
      `/v1/pixel/track?data=${encodeURIComponent(data(click))}`,
      {},
      fake,
    )
    expect([status, headers.get('X-Pixel-Refused')]).toEqual([200, 'unavailable'])
  })

  test('an event that is no message is recorded as rejected', async () => {
    const { status, items } = await sdkCall('GET', `/v1/pixel/track?writeKey=${WRITE_KEY}&userId=u`)
    expect([status, items[0]?.reject?.code]).toEqual([200, 'missing_name'])
  })

  test('HEAD is no visit; POST is refused', async () => {
    const head = await sdkCall('HEAD', `/v1/pixel/track?data=${encodeURIComponent(data(click))}`)
    expect([head.status, head.bytes.byteLength, head.items]).toEqual([200, 0, []])
    const post = await sdkCall('POST', '/v1/pixel/track', { body: '{}' })
    expect([post.status, post.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  })
})
