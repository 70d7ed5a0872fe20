import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { hashToken, mintWriteKey } from '../platform/hashing.ts'
import { type Contract, SCOPES } from '../shared/contract/contract.ts'
import { contracts } from '../shared/contract/index.ts'
import worker from '../workers/index.ts'
import { ingestRoute } from '../workers/ingest/ingest-route.ts'
import { routes } from '../workers/route/index.ts'
import { aWorkspace, type TestWorkspace } from './support/workspace.ts'

/** What every operation owes its callers, for every contract in the list: a new one is tested by being there. */
let workspace: TestWorkspace

async function aToken(scopes: readonly string[], expiresAt: number | null = null): Promise<string> {
  const token = `tk_${crypto.randomUUID()}`
  await env.DB.prepare(
    'INSERT INTO tokens (hash, id, workspace, name, scopes, expires_at, created_at) VALUES (?,?,?,?,?,?,0)',
  )
    .bind(hashToken(token), token.slice(3), workspace.id, 'test', JSON.stringify(scopes), expiresAt)
    .run()
  return token
}

function call(contract: Contract, token: string | undefined, query = '', environment: Env = env) {
  const path = contract.path
    .replace('{ref}', 'user_id:nobody')
    .replace('{round}', '1')
    .replace(/\{\w+\}/g, 'nothing')
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const method = contract.method.toUpperCase()
  const body = contract.body ? '{}' : null
  const request = new Request(`https://t.example${path}${query}`, { method, headers, body })
  return worker.fetch(request, environment, createExecutionContext())
}

async function document(): Promise<{ paths: Record<string, Record<string, unknown>> }> {
  const response = await worker.fetch(new Request('https://t.example/api/openapi.json'), env, createExecutionContext())
  return response.json()
}

beforeAll(async () => {
  workspace = await aWorkspace()
})

const guarded = contracts.filter(({ scope }) => scope !== 'anyone' && scope !== 'write key')
const ingestion = contracts.filter(({ scope }) => scope === 'write key')

describe('the list of contracts', () => {
  test('names and paths are each there once, and every one is served', () => {
    const unique = (values: readonly string[]) => expect(values).toEqual([...new Set(values)])
    unique(contracts.map(({ name }) => name))
    unique(contracts.flatMap(({ method, path, aliases = [] }) => [path, ...aliases].map((p) => `${method} ${p}`)))
    const served = new Set(routes.map(({ contract }) => contract))
    for (const contract of contracts) {
      const paths = [contract.path, ...(contract.aliases ?? [])]
      // What SDKs call goes by its path, everything else by its contract.
      if (contract.group !== 'Ingestion' || served.has(contract))
        expect([contract.name, served.has(contract)]).toEqual([contract.name, true])
      else for (const path of paths) expect([path, ingestRoute(path)]).toEqual([path, expect.anything()])
    }
  })

  test.each(contracts)('$name is documented at each of its paths', async ({ method, path, aliases = [] }) => {
    const { paths } = await document()
    for (const documented of [path, ...aliases]) {
      expect(paths[documented]?.[method]).toMatchObject({
        operationId: expect.any(String),
        responses: expect.any(Object),
      })
    }
  })
})

describe.each(guarded)('$method $path', (contract) => {
  const others = () => SCOPES.filter((scope) => scope !== contract.scope)

  test('without a token, with a wrong one, an expired one or a write key: 401', async () => {
    const expired = await aToken(['*'], Date.now() - 1)
    const writeKey = mintWriteKey(env.WRITE_KEY_SECRET, workspace.source)
    for (const token of [undefined, 'tk_made-up-but-of-the-right-form', 'tk_short', expired, writeKey]) {
      const response = await call(contract, token)
      expect(response.status).toBe(401)
      expect(response.headers.get('Content-Type')).toBe('application/problem+json')
      expect(await response.json()).toMatchObject({
        code: 'unauthorized',
        title: expect.any(String),
        requestId: response.headers.get('X-Request-Id'),
      })
    }
  })

  test('with all scopes but the one: 403; with it or with *: let in', async () => {
    expect((await call(contract, await aToken(others()))).status).toBe(403)
    for (const scopes of [[contract.scope], ['*']]) {
      // Let in: what then stands against an empty body, or against what does not exist, is another matter.
      expect([200, 202, 400, 404, 415, 422]).toContain((await call(contract, await aToken(scopes))).status)
    }
  })

  test('while tokens cannot be read: 503 with Retry-After, never a final 401', async () => {
    const prepare = () => {
      throw new Error('D1 is down')
    }
    const response = await call(contract, 'tk_never-seen-before-aaaaaa', '', { ...env, DB: { prepare } as never })
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5'])
  })

  test('another method: 405 naming the right one; OPTIONS names it too', async () => {
    const taken = contracts.filter(({ path }) => path === contract.path).map(({ method }) => method)
    const wrong = (['delete', 'put', 'post'] as const).find((method) => !taken.includes(method)) ?? 'get'
    const response = await call({ ...contract, method: wrong }, undefined)
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toContain(contract.method.toUpperCase())
    const path = contract.path.replace(/\{\w+\}/g, 'x')
    const options = new Request(`https://t.example${path}`, { method: 'OPTIONS' })
    expect((await worker.fetch(options, env, createExecutionContext())).status).toBe(204)
  })
})

const bad: Record<string, readonly [query: string, field: string][]> = {
  countDeadLetters: [['?from=yesterday', 'from']],
  listLakePeople: [['?cursor=made-up', 'cursor']],
  listLakeBronze: [
    ['?cursor=made-up', 'cursor'],
    ['?from=yesterday', 'from'],
    ['?stream=all', 'stream'],
  ],
  readRoundObject: [['?by=', 'by']],
  addRoundFile: [
    ['?by=x&table=events&from=yesterday&to=1', 'from'],
    ['?by=x&table=people&from=1&to=1', 'table'],
  ],
  giveUpLakeRound: [['?by=a b', 'by']],
  readProfile: [['?meta=perhaps', 'meta']],
  readProfileIdentity: [['?from=user_id:u', 'to']],
  listExpectations: [['?border=edge', 'border']],
  readQuality: [
    ['?border=edge', 'border'],
    ['?from=yesterday', 'from'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listModels: [
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listModelRuns: [['?cursor=made-up', 'cursor']],
  runModel: [
    ['?dryRun=perhaps', 'dryRun'],
    ['?upload=a/b', 'upload'],
  ],
  readLineage: [
    ['?table=profiles', 'key'],
    ['?messageId=m&from=yesterday', 'from'],
  ],
  listQualityHolds: [
    ['?state=lost', 'state'],
    ['?cursor=made-up', 'cursor'],
  ],
  eraseProfile: [['?mode=forget', 'mode']],
  listProfileEvents: [
    ['?type=fax', 'type'],
    ['?limit=0', 'limit'],
    ['?limit=201', 'limit'],
    ['?limit=ten', 'limit'],
    ['?from=yesterday', 'from'],
    ['?to=2026-02-30', 'to'],
  ],
  listConsentHistory: [
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listSegments: [
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listProfiles: [
    ['?limit=501', 'limit'],
    ['?cursor=made-up', 'cursor'],
    ['?plan=pro', 'plan'],
  ],
  listSegmentMembers: [
    ['?limit=1001', 'limit'],
    ['?format=xml', 'format'],
    ['?cursor=made-up', 'cursor'],
  ],
  listSegmentVersions: [
    ['?limit=201', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listComputedTraits: [
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listComputedTraitVersions: [
    ['?limit=x', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  importSegmentMembers: [
    ['?mode=perhaps', 'mode'],
    ['?create=maybe', 'create'],
  ],
  listJobs: [
    ['?state=lost', 'state'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listSources: [
    ['?kind=fax', 'kind'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  readSourceStatistics: [
    ['?hours=0', 'hours'],
    ['?hours=169', 'hours'],
  ],
  listMatches: [
    ['?state=maybe', 'state'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listDestinations: [
    ['?type=fax', 'type'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listSyncs: [
    ['?type=fax', 'type'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listEvents: [
    ['?limit=0', 'limit'],
    ['?outcome=lost', 'outcome'],
    ['?cursor=made-up', 'cursor'],
  ],
  readEventTrace: [
    ['?day=yesterday', 'day'],
    ['?day=2026-02-31', 'day'],
  ],
  watchEvents: [
    ['?outcomes=lost', 'outcomes.0'],
    ['?types=fax', 'types.0'],
    ['?figures=maybe', 'figures'],
  ],
  listPlugins: [
    ['?type=fax', 'type'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listTrackingPlans: [
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listTrackingPlanVersions: [
    ['?limit=201', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  readPlanViolations: [
    ['?by=year', 'by'],
    ['?kind=odd', 'kind'],
    ['?from=yesterday', 'from'],
    ['?from=2026-03-02&to=2026-03-01', 'to'],
  ],
  listTokens: [['?cursor=made-up', 'cursor']],
  listMembers: [
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listAudit: [
    ['?action=delete%20everything', 'action'],
    ['?from=yesterday', 'from'],
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listTransformations: [
    ['?limit=0', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
  listWorkspaces: [['?cursor=made-up', 'cursor']],
  listDeadLetters: [
    ['?from=yesterday', 'from'],
    ['?limit=-1', 'limit'],
    ['?cursor=made-up', 'cursor'],
  ],
}

describe.each(guarded.filter(({ query }) => query !== undefined))('$name: bad queries', (contract) => {
  test('are 400 and name the field', async () => {
    const token = await aToken([contract.scope])
    expect(bad[contract.name], 'a case for every query').toBeDefined()
    for (const [query, field] of bad[contract.name] ?? []) {
      const response = await call(contract, token, query)
      expect([query, response.status]).toEqual([query, 400])
      const { code, errors, detail } = await response.json<{
        code: string
        detail: string
        errors: { path: string }[]
      }>()
      expect([code, errors.map(({ path }) => path)]).toEqual(['invalid_request', [field]])
      expect(detail).toContain(field)
    }
  })
})

describe.each(ingestion)('$method $path', (contract) => {
  // An image is an image whatever becomes of its event, and for an unknown key there is no settings document.
  const refusal = contract.media === 'image/gif' ? 200 : contract.name === 'readSdkSettings' ? 404 : 401

  test(`without a key: ${refusal}; with a made-up one: ${refusal}`, async () => {
    expect((await call(contract, undefined)).status).toBe(refusal)
    expect((await call(contract, 'wk_abcdefgh.aaaaaaaaaaaaaaaaaaaaaa')).status).toBe(refusal)
  })
})

describe('what anyone may read', () => {
  test('the document is OpenAPI 3.1, and every reference in it leads somewhere', async () => {
    const text = JSON.stringify(await document())
    const json = JSON.parse(text) as { openapi: string; components: { schemas: Record<string, unknown> } }
    expect(json.openapi).toBe('3.1.0')
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(json.components.schemas)).toContain(name)
    }
    expect(text).not.toContain('#/$defs/')
  })

  test('the page lists every operation and asks nobody else for anything', async () => {
    const response = await worker.fetch(new Request('https://t.example/docs'), env, createExecutionContext())
    const html = await response.text()
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    for (const { name, path } of contracts) {
      expect(html).toContain(`id="${name}"`)
      expect(html).toContain(`<code>${path}</code>`)
    }
    expect(html).not.toMatch(/<script|src=|@import|https?:\/\//)
    expect(html).toContain('prefers-color-scheme: dark')
  })

  test('health is ok, and 503 when configuration or queues do not answer', async () => {
    const ask = (environment: Env) =>
      worker.fetch(new Request('https://t.example/health'), environment, createExecutionContext())
    const well = await ask(env)
    expect([well.status, await well.json()]).toEqual([200, { status: 'ok' }])
    const broken = { metrics: () => Promise.reject(new Error('down')) } as unknown as Queue
    const unwell = await ask({ ...env, EVENTS_1: broken })
    expect([unwell.status, (await unwell.json<{ detail: string }>()).detail]).toEqual([503, 'no answer from: queues'])
  })

  test('what does not exist is a problem, with a request id', async () => {
    const response = await worker.fetch(new Request('https://t.example/api/v1/nothing'), env, createExecutionContext())
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'not_found' }])
    expect(response.headers.get('X-Request-Id')).not.toBeNull()
  })
})
