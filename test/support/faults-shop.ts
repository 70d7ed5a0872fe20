import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { forgetAllAnswers } from '../../queues/resolve-copies.ts'
import { apiClient } from './api-client.ts'
import type { FakePeer } from './fake-peer.ts'
import { evictSome, tend } from './faults-check.ts'
import { type Chaos, FaultyQueues } from './faults-queues.ts'
import { PLAN, SEGMENTS, type Story } from './faults-story.ts'
import { runJobs } from './run-jobs.ts'
import { aWorkspace, type TestWorkspace } from './workspace.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** A workspace with a tracking plan, two segments that are told at once, and a destination. */
export async function aShop(peer: FakePeer): Promise<TestWorkspace> {
  const ws = await aWorkspace({ windowMs: 0 }, SEGMENTS)
  const api = await apiClient(ws)
  expect((await api('POST', '/tracking-plans', PLAN)).status).toBe(201)
  const hook = { type: 'webhook', name: 'Hook', settings: { url: peer.url, secret: SECRET } }
  expect((await api('POST', '/destinations', hook)).status).toBe(201)
  return ws
}

/** The destination fails now and then: refuses, breaks off, or takes its time. */
export function moody(peer: FakePeer, random: () => number): void {
  peer.answer(async ({ headers }) => {
    const mood = random()
    if (mood < 0.05) {
      headers.set('x-refused', '500')
      return new Response('no', { status: 500 })
    }
    if (mood < 0.1) {
      headers.set('x-refused', 'closed')
      throw new TypeError('the connection was closed')
    }
    if (mood < 0.12) await new Promise((resume) => setTimeout(resume, 200))
    return new Response('ok')
  })
}

/** The story through the consumers, until nothing waits in a queue and nobody has anything to tell. */
export async function tell(
  ws: TestWorkspace,
  story: Story,
  chaos: Chaos,
  environment: Env = env,
): Promise<FaultyQueues> {
  const queues = new FaultyQueues(environment, chaos)
  for (const message of story.messages)
    queues.send(
      `tributary-events-${chaos.random() < 0.5 ? 0 : 1}`,
      JSON.stringify(message),
      chaos.random() * chaos.spreadSeconds,
    )
  await queues.run(async () => {
    if (chaos.random() < chaos.forget) forgetAllAnswers()
    if (chaos.random() < chaos.evict) await evictSome(ws, chaos.random)
  })
  await tend(ws)
  return queues
}

/** What folding everybody again from the archive finds: nothing, when the archive says the same as the profiles. */
export async function rebuildEverybody(ws: TestWorkspace) {
  const api = await apiClient(ws)
  const { body } = await api('POST', '/rebuilds', {})
  await runJobs(ws)
  return (await api('GET', `/jobs/${body.jobId}`)).body.result
}
