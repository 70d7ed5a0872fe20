import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../shared/kernel/json.ts'
import { checkCustomerCode, runCustomerCode } from './customer-code.ts'
import type { CustomerCode } from './customer-code-types.ts'

/** Loops are tried against a local Tributary (test/cli/customer-code.test.ts): here one would stop the test itself. */
function code(text: string, rest: Partial<CustomerCode> = {}): CustomerCode {
  return { workspace: 'ws_code', name: 'mine', code: text, settings: {}, allow: [], timeoutMs: 2_000, ...rest }
}

const run = (text: string, events: readonly JsonObject[] = [{ n: 1 }], rest: Partial<CustomerCode> = {}) =>
  runCustomerCode(env, code(text, rest), events)

/** What the code answered to a single event. */
async function one(text: string, event: JsonObject = { n: 1 }, rest: Partial<CustomerCode> = {}) {
  const answer = await run(text, [event], rest)
  if (answer.kind === 'failed') throw new Error(`${answer.reason}: ${answer.detail}`)
  return answer.results[0]
}

describe('customer code', () => {
  test('is called for each event, or once for all of them', async () => {
    const each = await run(
      'export const onEvent = (event, { settings }) => ({ n: event.n * settings.by })',
      [{ n: 1 }, { n: 2 }],
      {
        settings: { by: 10 },
      },
    )
    expect(each).toEqual({
      kind: 'done',
      results: [
        { kind: 'value', value: { n: 10 } },
        { kind: 'value', value: { n: 20 } },
      ],
      logs: [],
    })
    const batch = await run(
      'export async function onBatch(events) { return events.map((event, i) => i === 0 ? undefined : [events.length]) }',
      [{}, {}],
    )
    expect(batch).toMatchObject({
      results: [
        { kind: 'value', value: undefined },
        { kind: 'value', value: [2] },
      ],
    })
  })
})
