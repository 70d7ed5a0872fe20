import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineContract, failuresOf } from './contract.ts'
import { openApi } from './open-api.ts'

const Thing = z.object({ id: z.int(), json: z.json() }).meta({ id: 'Thing' })

const readThing = defineContract({
  name: 'readThing',
  method: 'get',
  path: '/things/{id}',
  aliases: ['/t/{id}'],
  group: 'Profiles',
  scope: 'profiles:read',
  summary: 'Read a thing',
  params: z.object({ id: z.string() }),
  query: z.object({ limit: z.coerce.number().int().min(1).default(5).meta({ description: 'How many' }) }),
  reply: Thing,
  failures: ['not_found'],
})

interface OpenApiView {
  paths: Record<string, { get: { operationId: string; parameters: unknown; responses: Record<string, ResponseView> } }>
  components: { schemas: { Thing: { properties: unknown } } }
}
interface ResponseView {
  content: Record<string, { schema: unknown }>
}

test('a contract becomes an operation at each of its paths', () => {
  const { paths, components } = openApi([readThing], { title: 'T', version: '1' }) as unknown as OpenApiView
  expect(Object.keys(paths)).toEqual(['/things/{id}', '/t/{id}'])
  const get = paths['/things/{id}']?.get as OpenApiView['paths'][string]['get']
  expect(get).toMatchObject({ operationId: 'readThing', security: [{ token: ['profiles:read'] }] })
  expect(get.parameters).toEqual([
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    {
      name: 'limit',
      in: 'query',
      required: false,
      description: 'How many',
      schema: { type: 'integer', minimum: 1, default: 5 },
    },
  ])
  expect(Object.keys(get.responses)).toEqual(['200', '400', '401', '403', '404', '503'])
  expect(get.responses[200]?.content['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Thing' })
  expect(components.schemas.Thing.properties).toEqual({ id: { type: 'integer' }, json: {} })
  expect(paths['/t/{id}']?.get.operationId).not.toBe(get.operationId)
})

test('what an operation may answer follows from what it checks', () => {
  expect(failuresOf(readThing)).toEqual(['not_found', 'invalid_request', 'unauthorized', 'unavailable', 'forbidden'])
  expect(failuresOf({ ...readThing, scope: 'anyone' })).toEqual(['not_found', 'invalid_request'])
})
