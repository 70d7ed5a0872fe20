import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { countDeadLetters } from '../../shared/contract/count-dead-letters.ts'
import { listDestinationTypes } from '../../shared/contract/list-destination-types.ts'
import { listSourceTypes } from '../../shared/contract/list-source-types.ts'
import { anApi } from '../../test/support/api.ts'
import { aWorkspace } from '../../test/support/workspace.ts'

async function aCaller() {
  const { id } = await aWorkspace()
  return { id, api: await anApi(id, ['*']) }
}

test('every type of destination that can be made is listed, and each required setting is in its schema', async () => {
  const { api } = await aCaller()
  const { json } = await api.call('GET', listDestinationTypes.path)
  const { types, mapping } = listDestinationTypes.reply.parse(json)
  expect(mapping).toMatchObject({ type: 'array' })
  expect(types.map(({ type }) => type)).toContain('webhook')
  for (const { settings, secrets } of types) {
    const { properties, required } = settings as { properties: Record<string, object>; required: string[] }
    for (const name of [...required, ...secrets]) expect(Object.keys(properties)).toContain(name)
  }
})

test('every kind of source is listed, and a webhook once for each provider; all can be made', async () => {
  const { api } = await aCaller()
  const { types } = listSourceTypes.reply.parse((await api.call('GET', listSourceTypes.path)).json)
  expect(new Set(types.map(({ kind }) => kind))).toEqual(new Set(['web', 'mobile', 'server', 'webhook']))
  for (const { kind, provider, title } of types) {
    const made = await api.call('POST', '/api/v1/sources', { name: `${title} ${kind}`, kind, provider })
    expect([provider, made.status]).toEqual([provider, 201])
  }
})

test('dead letters are counted by stage and reason, as they are listed, and never those of another workspace', async () => {
  const [mine, theirs] = [await aCaller(), await aCaller()]
  const insert = (workspace: string, id: string, stage: string, reason: string, at: number) =>
    env.DB.prepare(
      "INSERT INTO dead_letters (id, workspace, stage, reason, attempts, at, kept_at, body) VALUES (?, ?, ?, ?, 1, ?, 0, '{}')",
    )
      .bind(`${workspace}-${id}`, workspace, stage, reason, at)
      .run()
  await insert(mine.id, '1', 'plan', 'plan:unplanned', 1_000)
  await insert(mine.id, '2', 'plan', 'plan:unplanned', 3_000)
  await insert(mine.id, '3', 'destination', 'HTTP 400', 2_000)
  await insert(theirs.id, '1', 'plan', 'plan:unplanned', 9_000)
  const counted = async (query = '') =>
    countDeadLetters.reply.parse((await mine.api.call('GET', `${countDeadLetters.path}${query}`)).json)
  const plan = { stage: 'plan', reason: 'plan:unplanned', count: 2, lastAt: '1970-01-01T00:00:03.000Z' }
  expect(await counted()).toEqual({
    total: 3,
    kinds: [plan, { stage: 'destination', reason: 'HTTP 400', count: 1, lastAt: '1970-01-01T00:00:02.000Z' }],
    more: false,
  })
  expect(await counted('?stage=plan')).toEqual({ total: 2, kinds: [plan], more: false })
  expect(await counted('?text=nothing+has+this')).toEqual({ total: 0, kinds: [], more: false })
})
