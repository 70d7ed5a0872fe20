import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { readRoot } from '../platform/lake-manifest.ts'
import { heldForActivation } from '../platform/quality-activation.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { anApi } from '../test/support/api.ts'
import { apiClient } from '../test/support/api-client.ts'
import { runJobs } from '../test/support/run-jobs.ts'
import { aMessage, aWorkspace, deliver, type TestWorkspace } from '../test/support/workspace.ts'

const identify = (userId: string, traits: JsonObject): JsonObject => ({
  type: 'identify',
  userId,
  messageId: `m-${userId}`,
  traits,
})

async function goldOf({ id }: TestWorkspace) {
  const { gold } = (await readRoot(env.LAKE, id)).value
  return { at: gold?.generation ?? 0, people: gold?.tables['profiles']?.reduce((sum, { rows }) => sum + rows, 0) ?? 0 }
}

const planned = {
  table: 'profiles',
  column: 'traits.plan',
  kind: 'set',
  params: { values: ['free', 'pro'] },
  severity: 'hard',
}

describe('the gate between silver and gold', () => {
  test('gold that breaks what is expected stays aside, and nobody is told of it, until it is mended or let go', async () => {
    const workspace = await aWorkspace()
    const call = await apiClient(workspace)
    const build = async () => {
      await call('POST', '/lake/compact')
      await runJobs(workspace)
    }
    const now = Date.now()
    const held = () => heldForActivation(env, workspace.id, ['profiles', 'identifiers'], now)
    await deliver([aMessage(workspace, [identify('a', { plan: 'free' })])])
    await build()
    const before = await goldOf(workspace)
    expect([before.people, await held()]).toEqual([1, undefined])
    const { body } = await call('POST', '/quality/expectations', planned)
    await deliver([aMessage(workspace, [identify('b', { plan: 'gratis' })])])
    await build()
    expect(await goldOf(workspace)).toEqual(before)
    expect(await held()).toContain('hold_gold_profiles')
    expect((await call('GET', '/quality/holds?state=held')).body.holds).toMatchObject([
      { border: 'gold', table: 'profiles', hour: null, rows: 2, reasons: [{ expectation: body.id, measured: 0.5 }] },
    ])
    const failed = await call('GET', '/quality?border=gold&verdict=fail&severity=hard')
    expect(failed.body.results).toMatchObject([{ samples: [{ canonicalId: expect.stringContaining('prf_') }] }])
    expect(JSON.stringify(failed.body)).not.toContain('gratis')
    const { text } = await (await anApi(workspace.id)).call('GET', '/metrics')
    expect(text).toContain('cdp_quality_failures{severity="hard"} 1')
    expect(text).toContain('cdp_quality_holds 1')
    // A person lets it go: once.
    await call('POST', '/quality/holds/hold_gold_profiles/release')
    await runJobs(workspace)
    expect([(await goldOf(workspace)).people, await held()]).toEqual([2, undefined])
    await deliver([aMessage(workspace, [identify('c', { plan: 'gratis' })])])
    await build()
    expect([(await goldOf(workspace)).people, typeof (await held())]).toEqual([2, 'string'])
    // Mended: it goes by itself.
    await call('PUT', `/quality/expectations/${body.id}`, { params: { values: ['free', 'pro', 'gratis'] } })
    await runJobs(workspace)
    expect([(await goldOf(workspace)).people, await held()]).toEqual([3, undefined])
  })

  test('what leaves must not be older than it may be', async () => {
    const workspace = await aWorkspace()
    const call = await apiClient(workspace)
    await call('POST', '/quality/expectations', {
      border: 'activation',
      table: 'profiles',
      kind: 'freshness',
      params: { maxAge: '1d' },
      severity: 'hard',
    })
    await deliver([aMessage(workspace, [identify('a', { plan: 'free' })])])
    await call('POST', '/lake/compact')
    await runJobs(workspace)
    const now = Date.now()
    expect(await heldForActivation(env, workspace.id, ['profiles'], now)).toBeUndefined()
    expect(await heldForActivation(env, workspace.id, ['profiles'], now + 2 * 86_400_000)).toContain('1d')
    expect(await heldForActivation(env, workspace.id, ['sessions'], now + 2 * 86_400_000)).toBeUndefined()
    expect((await call('GET', '/quality?border=activation')).body.results.length).toBe(1)
  })
})
