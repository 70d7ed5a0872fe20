import type { Delivery } from '../shared/destination/delivery.ts'
import type { DestinationConfig } from '../shared/destination/destination-config.ts'
import { DELIVERED, retry, type Verdict } from '../shared/destination/verdict.ts'
import { toIso } from '../shared/kernel/instant.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import { runCustomerCode } from './customer-code.ts'
import { customerCodeOf } from './plugin-code.ts'

/** Code that observes is given longer than code that is waited for. */
const CODE_MS = 2_000

/** An answer that is no JSON, or too long, is no failure of code whose answer nobody reads. */
const THREW: ReadonlySet<string> = new Set(['threw', 'not_allowed'])

/** `ours`: it was not the code's doing, so that the lane does not leave it alone. */
type Ran = Verdict | { readonly kind: 'retry'; readonly reason: string; readonly ours: true }

/** Runs the code of an observer on deliveries: one verdict for each, in order. What it returns is nobody's. */
export async function runObserver(
  env: Env,
  { workspace, name }: DestinationConfig,
  settings: JsonObject,
  deliveries: readonly Delivery[],
): Promise<readonly Ran[]> {
  const told = deliveries.map(({ type, at, key, data }) => ({ type, timestamp: toIso(at), id: key, data }))
  const answer = await runCustomerCode(env, customerCodeOf(workspace, name, settings, CODE_MS), told)
  if (answer.kind === 'done') {
    return answer.results.map((one) =>
      one.kind === 'failed' && THREW.has(one.reason) ? retry(`${one.reason}: ${one.detail}`) : DELIVERED,
    )
  }
  const reason = `${answer.reason}: ${answer.detail}`
  const isOurs = answer.reason === 'unavailable' || answer.reason === 'limit'
  return deliveries.map(() => (isOurs ? { kind: 'retry', reason, ours: true } : retry(reason)))
}
