import type { Reply } from '../shared/destination/verdict.ts'
import { WarehouseRefusal } from '../shared/warehouse/warehouse.ts'
import { type BinaryRequest, callOut } from './outbound.ts'
import type { OutboundRules } from './outbound-address.ts'

/** Calls of warehouses that speak HTTP: what may pass is thrown as such, what will not as a refusal. */
const ANSWER_MS = 60_000
const MOST_BYTES = 8_000_000

/**
 * The answer, whatever its status, when there is one. @throws WarehouseRefusal when we must not call there or are not let
 * in; an Error when there is no answer, too many requests, or trouble on their side: it is tried again
 */
export async function askWarehouse(
  name: string,
  request: BinaryRequest,
  rules: OutboundRules,
  accepted: readonly number[] | 'any' = [],
): Promise<Reply> {
  const outcome = await callOut(request, rules, ANSWER_MS, MOST_BYTES)
  if (outcome.kind === 'forbidden') throw new WarehouseRefusal(`${name}: ${outcome.reason}`)
  if (outcome.kind === 'failed') throw new Error(`${name}: ${outcome.reason}`)
  const { reply } = outcome
  if (reply.cut) throw new Error(`${name} answered with more than ${MOST_BYTES} bytes, or broke off`)
  const isGood = reply.status >= 200 && reply.status < 300
  if (isGood || accepted === 'any' || accepted.includes(reply.status)) return reply
  const said = `${name} answered ${reply.status}: ${reply.body.slice(0, 500)}`
  if (reply.status === 401 || reply.status === 403) throw new WarehouseRefusal(said)
  throw new Error(said)
}
