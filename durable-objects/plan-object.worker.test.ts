import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { planStub } from '../platform/stubs.ts'
import { DAY, HOUR } from '../shared/kernel/instant.ts'
import { keyOf, type PlanTally } from '../shared/tracking-plan/plan-tally.ts'

const NOW = 1_800_000_000_000
const key = (plan: string, path = 'properties.total') => keyOf([plan, 'Order', '1', 'type', path])

function once(at: number, cell = key('plan_a')): PlanTally {
  const sample = { messageId: `m${at}`, at, source: 'src', type: 'string', length: 3 }
  return { [cell]: { hours: { [String(at - (at % HOUR))]: 1 }, days: {}, firstAt: at, lastAt: at, samples: [sample] } }
}

const stub = () => planStub(env, `ws-${crypto.randomUUID()}`)
const sumOf = (tally: PlanTally, cell = key('plan_a')) =>
  [...Object.values(tally[cell]?.hours ?? {}), ...Object.values(tally[cell]?.days ?? {})].reduce((a, b) => a + b, 0)

test('a message that is delivered again is counted once, also after the object was evicted', async () => {
  const plans = stub()
  const entry = (message: string) => ({ message, tally: once(NOW) })
  await plans.record(NOW, [entry('a'), entry('b')])
  await plans.record(NOW, [entry('a')])
  await evictDurableObject(plans)
  await plans.record(NOW, [entry('b'), entry('c')])
  expect(sumOf(await plans.read('plan_a'))).toBe(3)
  expect(await plans.read('plan_b')).toEqual({})
})

test('many batches fold into few rows, and nothing is lost or counted anew', async () => {
  const plans = stub()
  await runInDurableObject(plans, async (object) => {
    const { record } = object as unknown as { record: (at: number, entries: readonly unknown[]) => Promise<void> }
    for (let i = 0; i < 1_200; i++)
      await record.call(object, NOW + i, [
        { message: `m${i}`, tally: once(NOW + i) },
        { message: `n${i}`, tally: once(NOW + i, key('plan_b')) },
      ])
  })
  const rows = (table: string) =>
    runInDurableObject(plans, (_, { storage }) => storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
  expect(await rows('batch')).toBeLessThan(1_001)
  expect(await rows('cell')).toBe(2)
  await plans.record(NOW + 1_200, [{ message: 'm1199', tally: once(NOW) }])
  const tally = await plans.read('plan_a')
  expect(sumOf(tally)).toBe(1_200)
  expect(tally[key('plan_a')]).toMatchObject({ firstAt: NOW, lastAt: NOW + 1_199 })
  expect(tally[key('plan_a')]?.samples.map(({ messageId }) => messageId)[0]).toBe(`m${NOW + 1_199}`)
  await plans.forget('plan_b')
  expect(await rows('cell')).toBe(1)
})

test('a tally that no row could hold is kept in several', async () => {
  const plans = stub()
  const tally: PlanTally = {}
  for (let i = 0; i < 8_000; i++) Object.assign(tally, once(NOW, key('plan_a', `${'p'.repeat(200)}${i}`)))
  await plans.record(NOW, [{ message: 'large', tally }])
  await plans.record(NOW + DAY, [{ message: 'large', tally }])
  expect(Object.keys(await plans.read('plan_a'))).toHaveLength(8_000)
})

test('both deliveries of a message in one batch are counted once', async () => {
  const plans = stub()
  const entry = { message: 'twice', tally: once(NOW) }
  await plans.record(NOW, [entry, entry])
  await plans.record(NOW, [entry])
  expect(sumOf(await plans.read('plan_a'))).toBe(1)
})
