import type { JsonValue } from '../shared/kernel/json.ts'
import { extraNames, type MaskOptions, masked } from '../shared/masking/mask.ts'
import type { LiveCopy } from '../shared/pipeline/live.ts'
import { eventText } from './live-connection.ts'

/** For who sees personal values masked. While it is not known what is personal here (undefined) no payload is shown. */
export function maskedEventText(copy: LiveCopy, seesPeople: boolean, options: MaskOptions | undefined): string {
  const text = eventText(copy, seesPeople && options !== undefined)
  return JSON.stringify(masked(JSON.parse(text) as JsonValue, options ?? { extra: extraNames([]) }))
}
