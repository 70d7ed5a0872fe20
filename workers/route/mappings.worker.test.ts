import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { anApi } from '../../test/support/api.ts'
import { aWorkspace } from '../../test/support/workspace.ts'

const mapping = {
  name: 'orders 2026',
  format: 'csv',
  columns: { Customer: 'userId', Total: ['properties.total:number', 'traits.lastTotal:number'] },
  constants: { type: 'track', event: 'Order Placed' },
  timezone: 'Europe/Berlin',
}
const path = `/api/v1/mappings/${encodeURIComponent(mapping.name)}`

async function aCaller() {
  const { id } = await aWorkspace()
  return { workspace: id, ...(await anApi(id)) }
}

describe('mappings', () => {
  test('are made, read, listed, replaced, renamed and deleted, and every change is in the audit log', async () => {
    const { workspace, call } = await aCaller()
    const made = await call('POST', '/api/v1/mappings', mapping)
    expect([made.status, made.json]).toMatchObject([201, { ...mapping, createdAt: expect.any(String) }])
    expect((await call('GET', path)).json).toEqual(made.json)
    const changed = { ...mapping, columns: { Customer: 'anonymousId' } }
    expect((await call('PUT', path, changed)).json).toMatchObject({ ...changed, createdAt: made.json.createdAt })
    const { name: _, ...nameless } = mapping
    expect((await call('PUT', path, nameless)).json).toMatchObject(mapping)
    expect((await call('PUT', path, { ...mapping, name: 'renamed' })).status).toBe(200)
    expect((await call('GET', path)).status).toBe(404)
    const { json } = await call('GET', '/api/v1/mappings')
    expect(json.mappings.map(({ name }: { name: string }) => name)).toEqual(['renamed'])
    const gone = await call('DELETE', '/api/v1/mappings/renamed')
    expect([gone.status, gone.text]).toEqual([204, ''])
    const { results } = await env.DB.prepare('SELECT act FROM audit WHERE workspace = ? ORDER BY at, id')
      .bind(workspace)
      .all<{ act: string }>()
    expect(results.map(({ act }) => act).sort()).toEqual(
      ['createMapping', 'deleteMapping', 'updateMapping', 'updateMapping', 'updateMapping'].sort(),
    )
  })

  test('are refused with the field that is at fault', async () => {
    const { call } = await aCaller()
    const post = (change: object) => call('POST', '/api/v1/mappings', { ...mapping, ...change })
    expect((await post({ columns: { Total: 'propertis.total' } })).json).toMatchObject({
      code: 'unprocessable',
      errors: [{ path: 'columns.Total', message: expect.stringContaining('propertis is no field of an event') }],
    })
    expect((await post({ timezone: 'Berlin' })).json).toMatchObject({ errors: [{ path: 'timezone' }] })
    for (const [change, field] of [
      [{ format: 'xls' }, 'format'],
      [{ name: '../x' }, 'name'],
      [{ name: '' }, 'name'],
      [{ columns: [] }, 'columns'],
      [{ columns: { a: 5 } }, 'columns.a'],
      [{ colums: {} }, 'colums'],
    ] as const) {
      const { status, json } = await post(change)
      expect([change, status, json.errors[0].path]).toEqual([change, 400, field])
    }
  })

  test('of one name are one: a second is a conflict, and so is renaming onto another', async () => {
    const { call } = await aCaller()
    await call('POST', '/api/v1/mappings', mapping)
    expect((await call('POST', '/api/v1/mappings', mapping)).status).toBe(409)
    await call('POST', '/api/v1/mappings', { ...mapping, name: 'other' })
    expect((await call('PUT', path, { ...mapping, name: 'other' })).status).toBe(409)
  })

  test('of another workspace do not exist', async () => {
    const [mine, theirs] = [await aCaller(), await aCaller()]
    await mine.call('POST', '/api/v1/mappings', mapping)
    expect((await theirs.call('GET', '/api/v1/mappings')).json).toEqual({ mappings: [] })
    for (const method of ['GET', 'DELETE']) expect((await theirs.call(method, path)).status).toBe(404)
    expect((await theirs.call('PUT', path, mapping)).status).toBe(404)
    const import_ = (await theirs.call('POST', `/v1/bulk/import?mapping=${encodeURIComponent(mapping.name)}`, 'a,b\n', {
      'Content-Type': 'text/csv',
    })) as { status: number }
    expect(import_.status).toBe(422)
    expect((await mine.call('GET', path)).status).toBe(200)
  })
})
