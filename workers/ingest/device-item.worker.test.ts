import { describe, expect, test } from 'vitest'
import { fakeEnv, WRITE_KEY } from '../../test/support/fake-env.ts'
import { sdkCall } from '../../test/support/sdk-call.ts'

describe('/v1/devices', () => {
  const send = (body: unknown, fake = fakeEnv()) =>
    sdkCall('POST', '/v1/devices', { body: JSON.stringify(body), headers: { 'X-Write-Key': WRITE_KEY } }, fake)

  test('device id and push token become identifiers of an identify that brings no traits', async () => {
    const device = { id: 'd1', type: 'ios', token: 't1', model: 'iPhone' }
    const { status, json, items } = await send({ userId: 'u1', device, context: { app: { name: 'Shop' } } })
    expect([status, json]).toEqual([202, { accepted: 1, rejected: [] }])
    expect(items).toMatchObject([
      {
        type: 'identify',
        body: {
          userId: 'u1',
          context: {
            app: { name: 'Shop' },
            device,
            externalIds: [
              { type: 'device_id', id: 'd1' },
              { type: 'push_token', id: 't1' },
            ],
          },
        },
      },
    ])
  })

  test('a device that nobody has signed in on is somebody too', async () => {
    const { json } = await send([{ device: { id: 7 } }, { anonymousId: 'a', device: { id: 'd', token: null } }])
    expect(json).toEqual({ accepted: 2, rejected: [] })
  })

  test.each([
    ['no device', { userId: 'u' }, 'wrong_type', 'device'],
    ['a device that is text', { userId: 'u', device: 'd1' }, 'wrong_type', 'device'],
    ['no id', { userId: 'u', device: { type: 'ios' } }, 'missing_identifier', 'device.id'],
    ['a blank id', { userId: 'u', device: { id: ' ' } }, 'missing_identifier', 'device.id'],
    ['a long id', { device: { id: 'x'.repeat(256) } }, 'id_too_long', 'device.id'],
    ['a long token', { device: { id: 'd', token: 'x'.repeat(256) } }, 'id_too_long', 'device.token'],
    ['a token that is an object', { device: { id: 'd', token: {} } }, 'wrong_type', 'device.token'],
    ['a context that is a list', { device: { id: 'd' }, context: [] }, 'wrong_type', 'context'],
    ['no object', 'x', 'not_an_object', ''],
    ['too deep', { device: { id: 'd' }, x: JSON.parse('['.repeat(40) + ']'.repeat(40)) }, 'too_deep', /^x/],
  ])('%s is rejected alone, and kept as it was sent', async (_, bad, code, path) => {
    const { status, json, items } = await send([{ userId: 'u', device: { id: 'd1' } }, bad])
    expect([status, json.accepted, json.rejected[0]]).toMatchObject([202, 1, { index: 1, code }])
    expect(json.rejected[0].path).toEqual(path instanceof RegExp ? expect.stringMatching(path) : path)
    expect(items[1]?.reject?.code).toBe(code)
    if (typeof bad !== 'string' && code !== 'too_deep') expect(items[1]?.body).toMatchObject(bad)
  })
})
