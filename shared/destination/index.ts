import type { DestinationType } from './destination-type.ts'
import { webhook } from './type/webhook.ts'

/** Every kind of destination, in the order of the documentation. What is not here does not exist. */
export const destinationTypes: readonly DestinationType[] = [webhook]

const byName = new Map(destinationTypes.map((type) => [type.type, type]))

export function destinationType(type: string): DestinationType | undefined {
  return byName.get(type)
}
