import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { contracts } from '../../shared/contract/index.ts'
import { ABOUT, type JsonRecord, openApi } from '../../shared/contract/open-api.ts'
import { type Api, anApi } from '../support/api.ts'
import { type Change, change, changed } from '../support/broken-json.ts'
import { fromSchema } from '../support/from-schema.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../support/workspace.ts'

/**
 * Every operation that takes a token, with bodies and queries made from its own documentation, and these broken: nothing
 * may break ours, every refusal says what is wrong, and no byte of another workspace is in any answer. A new contract is
 * tried by being in the list.
 */
const SEED = 20_261_121
const RUNS = 30
/** In the other workspace it is everywhere. */
const CANARY = 'canary-7f3a9c'

const documented = openApi(contracts, ABOUT) as {
  components: { schemas: JsonRecord }
  paths: Record<string, JsonRecord>
}
const components = documented.components.schemas
let mine: TestWorkspace
let api: Api

beforeAll(async () => {
  mine = await aWorkspace()
  const other = await aWorkspace()
  api = await anApi(mine.id, ['*'])
  const neighbour = await anApi(other.id, ['*'])
  const identify = (userId: string, name: string) => ({
    type: 'identify',
    userId,
    traits: { name, plan: 'pro', email: `${name}@example.com` },
  })
  await deliver([aMessage(mine, [identify('u1', 'ann')])])
  await deliver([
    aMessage(other, [identify(CANARY, CANARY), { type: 'track', userId: CANARY, event: CANARY, messageId: CANARY }]),
  ])
  const condition = { trait: 'plan', op: 'eq', value: 'pro' }
  await neighbour.call('POST', '/api/v1/segments', { key: CANARY.replace('-', '_'), name: CANARY, condition })
  await neighbour.call('POST', '/api/v1/sources', { name: CANARY, kind: 'web' })
  await neighbour.call('POST', '/api/v1/tokens', { name: CANARY, scopes: ['*'] })
  const settings = { url: `https://${CANARY}.example.com/`, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }
  await neighbour.call('POST', '/api/v1/destinations', { type: 'webhook', name: CANARY, settings, enabled: false })
})

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: JsonRecord }[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: JsonRecord }> }
}

const refs = fc.constantFrom(
  'user_id:u1',
  'user_id:u1',
  'pro_plan',
  `user_id:${CANARY}`,
  'email:ann@example.com',
  'prf_0',
  'nothing',
  '%00',
  '..',
  'a:b:c',
)

function requestOf(path: string, operation: Operation) {
  const query = (operation.parameters ?? []).filter((one) => one.in === 'query')
  const values = fc.record(
    Object.fromEntries(
      query.map(({ name, schema }) => [
        name,
        fc.oneof({ weight: 5, arbitrary: fromSchema(schema, components) }, { weight: 1, arbitrary: fc.string() }),
      ]),
    ),
    { requiredKeys: [] },
  )
  const schema = operation.requestBody?.content['application/json']?.schema
  const body = schema ? fromSchema(schema, components) : fc.constant(undefined)
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string)
  return fc.record({
    params: fc.tuple(...names.map(() => refs)),
    query: fc.oneof(fc.constant<Record<string, unknown>>({}), values),
    body,
    changes: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Change[]>([]) },
      { weight: 3, arbitrary: fc.array(change, { maxLength: 3 }) },
    ),
  })
}

const guarded = contracts.filter(({ scope, files }) => scope !== 'write key' && scope !== 'anyone' && !files)

describe('the API holds, whatever it is sent', () => {
  test.each(guarded.map(({ name, method, path }) => [name, method, path] as const))('%s', async (_, method, path) => {
    const operation = documented.paths[path]?.[method] as unknown as Operation
    await fc.assert(
      fc.asyncProperty(requestOf(path, operation), async ({ params, query, body, changes }) => {
        let at = 0
        const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(String(params[at++])))
        const search = new URLSearchParams(
          Object.entries(query).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
          ]),
        )
        const sent = body === undefined ? undefined : (JSON.stringify(changes.reduce(changed, body)) ?? '')
        const { status, text, json } = await api.call(method.toUpperCase(), `${filled}?${search}`, sent)
        expect([status < 500, text.slice(0, 300)]).toEqual([true, text.slice(0, 300)])
        // What was asked for may be quoted; what the neighbour has may not be told.
        const told = text.replaceAll(encodeURIComponent(`user_id:${CANARY}`), '').replaceAll(`user_id:${CANARY}`, '')
        expect(told).not.toContain(CANARY)
        if (status >= 400) expect(json).toMatchObject({ code: expect.any(String), title: expect.any(String) })
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    )
  })
})
