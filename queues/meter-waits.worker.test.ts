import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { hookedEnv } from '../test/support/hooked-env.ts'
import { aMessage, aWorkspace, deliver, meterOf } from '../test/support/workspace.ts'

const passing = { send: <T>(work: () => Promise<T>) => work(), put: <T>(work: () => Promise<T>) => work() }

test('a copy that waits for an overloaded profile is counted at every attempt, and its outcome once', async () => {
  const ws = await aWorkspace()
  const message = aMessage(ws, [{ type: 'track', event: 'Click', userId: 'u1' }])
  let refusals = 2
  const hot = hookedEnv(env, {
    ...passing,
    async object(work, method) {
      if (method === 'apply' && refusals-- > 0)
        throw Object.assign(new Error('Durable Object is overloaded.'), { overloaded: true, retryable: true })
      return work()
    },
  })
  for (const attempts of [1, 2, 3]) await deliver([message], attempts, hot)
  expect((await meterOf(ws)).counts).toEqual({ 'waits:overloaded': 2, applied: 1 })
})

test('when the archive refuses a whole batch all of its copies wait for it', async () => {
  const ws = await aWorkspace()
  const message = aMessage(ws, [
    { type: 'track', event: 'Click', userId: 'u1' },
    { type: 'track', event: 'Click', userId: 'u2' },
  ])
  const put = async () => {
    throw new Error('put: We encountered an internal error. Please try again. (10001)')
  }
  const object = <T>(work: () => Promise<T>) => work()
  expect(await deliver([message], 1, hookedEnv(env, { ...passing, object, put }))).toMatchObject({ acked: [] })
  expect((await meterOf(ws)).counts).toEqual({ 'waits:unreachable': 2 })
})
