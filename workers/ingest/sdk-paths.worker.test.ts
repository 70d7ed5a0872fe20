import { describe, expect, test } from 'vitest'
import { WRITE_KEY } from '../../test/support/fake-env.ts'
import { sdkCall } from '../../test/support/sdk-call.ts'

describe('the rest', () => {
  test.each(['/api/s/track', '/api/s/s2s/track', '/api/s/track/'])(
    "Jitsu's %s takes the key from X-Write-Key beside a masked body",
    async (path) => {
      const body = JSON.stringify({ event: 'Seen', anonymousId: 'a1', writeKey: '***' })
      for (const key of [WRITE_KEY, `${WRITE_KEY}:any`]) {
        const { status, json, items } = await sdkCall('POST', path, { body, headers: { 'X-Write-Key': key } })
        expect([status, json]).toEqual([200, { success: true }])
        expect(items).toMatchObject([{ type: 'track', body: { event: 'Seen' } }])
        expect(JSON.stringify(items)).not.toContain('writeKey')
      }
      expect((await sdkCall('POST', path, { body })).status).toBe(401)
    },
  )

  test("RudderStack's beacon: text/plain, the key in the query, no preflight", async () => {
    const body = JSON.stringify({ batch: [{ type: 'page', anonymousId: 'a1' }], sentAt: '2026-03-15T12:00:00Z' })
    const headers = { 'Content-Type': 'text/plain' }
    const {
      status,
      headers: answer,
      items,
    } = await sdkCall('POST', `/beacon/v1/batch?writeKey=${WRITE_KEY}`, {
      body,
      headers,
    })
    expect([status, answer.get('Access-Control-Allow-Credentials')]).toEqual([200, 'true'])
    expect(items).toMatchObject([{ body: { type: 'page' } }])
  })

  test('the counters of an SDK about itself are taken without a key and thrown away', async () => {
    const { status, json, items } = await sdkCall('POST', '/v1/m', { body: '{"series":[]}' })
    expect([status, json, items]).toEqual([200, { success: true }, []])
  })

  test.each([
    '/v1/m',
    `/v1/projects/${WRITE_KEY}/settings`,
    '/projects/x/settings',
    '/sourceConfig',
    '/sourceConfig/',
    '/pixel/v1/track',
    '/api/s/track',
    '/rsaMetrics',
    '/transform',
    '/api/s/unknown',
  ])('%s: a preflight passes, without a key', async (path) => {
    const { status, headers } = await sdkCall('OPTIONS', path, {
      headers: { 'Access-Control-Request-Headers': 'authorization,x-write-key' },
    })
    expect([status, headers.get('Access-Control-Allow-Headers')]).toEqual([204, 'authorization,x-write-key'])
    expect(headers.get('Access-Control-Allow-Methods')).toBe('GET, POST, OPTIONS')
  })

  test.each(['/v1/nothing', '/rsaMetrics', '/rsaRequest', '/transform', '/api/s/dance', '/pixel/v1/identify'])(
    '%s is 404, and a page can read so',
    async (path) => {
      const { status, json } = await sdkCall('POST', path, { body: '{}' })
      expect([status, json.code]).toEqual([404, 'not_found'])
    },
  )
})

test('retry headers are kept for diagnosis', async () => {
  const body = JSON.stringify({ batch: [{ type: 'page', userId: 'u' }] })
  const sent = async (headers: Record<string, string>) =>
    (await sdkCall('POST', '/v1/batch', { body, headers: { 'X-Write-Key': WRITE_KEY, ...headers } })).fake.messages()[0]
  expect(await sent({ 'X-Retry-Count': '3' })).toMatchObject({ retry: '3' })
  expect(await sent({ 'Rsa-Retry-Attempt': '2', 'Rsa-Retry-Reason': 'server-500' })).toMatchObject({
    retry: '2 server-500',
  })
  expect(await sent({})).not.toHaveProperty('retry')
})
