import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { ComputedTraitDocument } from '../../shared/contract/computed-trait-document.ts'
import { type Api, anApi } from '../../test/support/api.ts'
import { aMessage, aWorkspace, deliver, profileOf, type TestWorkspace } from '../../test/support/workspace.ts'

const ORDERS = { fn: 'count', event: 'Order Completed', window: { last: '30d' } }
const SPENT = { fn: 'sum', event: 'Order Completed', property: 'total' }

let [ws, other] = [] as unknown as [TestWorkspace, TestWorkspace]
let [mine, theirs] = [] as unknown as [Api, Api]
const silent: Env = { ...env, JOBS: { send: async () => {} } as unknown as Queue }

beforeAll(async () => {
  ;[ws, other] = [await aWorkspace({ windowMs: 0 }), await aWorkspace()]
  ;[mine, theirs] = [await anApi(ws.id, ['*'], silent), await anApi(other.id, ['*'], silent)]
})

const create = (key: string, aggregate: unknown = ORDERS, api: Api = mine) =>
  api.call('POST', '/api/v1/computed-traits', { key, name: key, aggregate })

describe('a computed trait', () => {
  test('is made, read, changed, listed and deleted', async () => {
    const made = await create('life')
    expect(made.status).toBe(201)
    expect(ComputedTraitDocument.parse(made.json)).toEqual(made.json)
    expect(made.json).toMatchObject({ key: 'life', version: 1, aggregate: ORDERS })
    const renamed = await mine.call('PUT', '/api/v1/computed-traits/life', { name: 'Life' })
    expect(renamed.json).toMatchObject({ name: 'Life', version: 1 })
    const changed = await mine.call('PUT', '/api/v1/computed-traits/life', { aggregate: SPENT })
    expect(changed.json).toMatchObject({ name: 'Life', version: 2, aggregate: SPENT })
    expect((await mine.call('GET', '/api/v1/computed-traits/life')).json).toEqual(changed.json)
    expect((await mine.call('GET', '/api/v1/computed-traits')).json.computedTraits).toEqual([changed.json])
    const { json } = await mine.call('GET', '/api/v1/computed-traits/life/versions')
    expect(json.versions).toMatchObject([
      { version: 2, aggregate: SPENT },
      { version: 1, aggregate: ORDERS },
    ])
    expect((await mine.call('DELETE', '/api/v1/computed-traits/life')).status).toBe(204)
    expect((await mine.call('GET', '/api/v1/computed-traits/life')).status).toBe(404)
  })

  test.each([
    [{ fn: 'median', event: 'x' }, 'aggregate.fn'],
    [{ fn: 'sum', event: 'x' }, 'aggregate.property'],
    [{ fn: 'count' }, 'aggregate.event'],
    [{ fn: 'count', event: 'x', window: { last: '1e9d' } }, 'aggregate.window.last'],
    ['count', 'aggregate'],
  ])('%j is 422 and names %s', async (aggregate, path) => {
    const { status, json } = await create('bad', aggregate)
    expect([status, json.errors.map((error: { path: string }) => error.path)]).toEqual([422, [path]])
  })

  test('a second one of a key is a conflict, in another workspace it is none', async () => {
    await create('twice')
    expect((await create('twice')).status).toBe(409)
    expect((await create('twice', ORDERS, theirs)).status).toBe(201)
    expect((await theirs.call('GET', '/api/v1/computed-traits/life')).status).toBe(404)
  })

  test('that a segment reads cannot be deleted, and a change of it builds the segment again', async () => {
    await create('read')
    const condition = { type: 'computed', key: 'read', op: 'gte', value: 2 }
    await mine.call('POST', '/api/v1/segments', { key: 'buyers', name: 'Buyers', condition })
    const refused = await mine.call('DELETE', '/api/v1/computed-traits/read')
    expect([refused.status, refused.json.detail]).toEqual([409, 'it is read by segment buyers'])
    await env.DB.prepare("UPDATE segments SET built_version = version WHERE workspace = ? AND key = 'buyers'")
      .bind(ws.id)
      .run()
    await mine.call('PUT', '/api/v1/computed-traits/read', { name: 'Read' })
    expect((await mine.call('GET', '/api/v1/segments/buyers')).json).toMatchObject({ state: 'ready', version: 1 })
    await mine.call('PUT', '/api/v1/computed-traits/read', { aggregate: SPENT })
    expect((await mine.call('GET', '/api/v1/segments/buyers')).json).toMatchObject({ state: 'building', version: 1 })
  })

  test('stands in the profile', async () => {
    await create('orders')
    await create('spent', SPENT)
    await create('top', { fn: 'most_frequent', event: 'Order Completed', property: 'shop' })
    const orders = [10, 2.5].map((total) => ({
      type: 'track',
      event: 'Order Completed',
      userId: 'u1',
      properties: { total },
    }))
    await deliver([aMessage(ws, orders)])
    expect((await profileOf(ws, 'user_id', 'u1')).computedTraits).toMatchObject({ orders: 2, spent: 12.5 })
  })
})
