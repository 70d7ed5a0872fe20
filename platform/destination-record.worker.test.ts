import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { aWorkspace } from '../test/support/workspace.ts'
import { recordDeliveries } from './destination-record.ts'
import { TRACES, traceStub } from './stubs.ts'

test('a peer that repeats whom it was sent tells it to nobody who reads the trace', async () => {
  const ws = await aWorkspace()
  const refused = { messageId: 'm1', destination: 'dst_1', outcome: 'dead_letter', attempts: 1, at: 1_000 } as const
  await recordDeliveries(env, ws.id, [
    { ...refused, reason: 'HTTP 400: ann@example.com (+49 170 1234567) is not subscribed' },
    { ...refused, messageId: 'm2' },
  ])
  const found = await Promise.all(TRACES.map((trace) => traceStub(env, ws.id, trace).findDeliveries('m1')))
  expect(found.flat()).toEqual([{ ...refused, reason: 'HTTP 400: [email] ([phone]) is not subscribed' }])
})
