import { type Hash, type MappingStep, mapped } from '../transform/mapping.ts'
import type { Delivery } from './delivery.ts'

/** The delivery with its data rewritten, or the step that its event did not pass. */
export function mapDelivery(
  delivery: Delivery,
  steps: readonly MappingStep[],
  sha256: Hash,
): Delivery | { readonly skip: string } {
  const result = mapped(delivery.data, steps, sha256)
  if ('stopped' in result) return { skip: `mapping.${result.stopped.step}: ${result.stopped.why}` }
  return result.data === delivery.data ? delivery : { ...delivery, data: result.data }
}
