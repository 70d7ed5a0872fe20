import { z } from 'zod'
import type { JsonObject } from '../kernel/json.ts'
import { own } from '../kernel/json.ts'
import type { Agent } from './agent.ts'
import { hintedAgent } from './client-hints.ts'
import { defineEnrichment, type EnrichInput } from './enrichment.ts'
import { isUnsaid, says } from './fill.ts'
import { textOf } from './text.ts'

/** Browser, system and device, from the client hints where the SDK sent them, else from the text. */
export const userAgent = defineEnrichment({
  name: 'userAgent',
  summary: 'Browser, system and device by client hints, else by the text of the user agent',
  reads: ['context.userAgent', 'context.userAgentData', 'context.browser', 'context.os', 'context.device'],
  writes: [
    'context.browser',
    'context.os',
    'context.device.type',
    'context.device.manufacturer',
    'context.device.model',
  ],
  settings: z.object({ enabled: z.boolean().default(true) }),
  look(input) {
    const { context } = input.event
    const agent = agentIn(input)
    if (!agent) return undefined
    const { type, ...make } = agent.device ?? {}
    const device = {
      ...(type ? { type } : {}),
      // A model of one maker and the name of another make no device.
      ...(isMakeSaid(context) ? {} : make),
    }
    return {
      context: {
        ...(agent.browser && !says(context, 'browser') ? { browser: { ...agent.browser } } : {}),
        ...(agent.os && !says(context, 'os') ? { os: { ...agent.os } } : {}),
        ...(Object.keys(device).length > 0 ? { device } : {}),
      },
    }
  },
})

function isMakeSaid(context: JsonObject): boolean {
  const device = own(context, 'device') as JsonObject | null | undefined
  if (typeof device !== 'object' || device === null) return false
  return !isUnsaid(own(device, 'model')) || !isUnsaid(own(device, 'manufacturer'))
}

/** Both ways in which an agent tells of itself, as one. */
export function agentIn({ event: { context }, agentOf }: EnrichInput): Agent | undefined {
  const text = textOf(own(context, 'userAgent'))
  const hints = own(context, 'userAgentData')
  if (text === undefined && hints === undefined) return undefined
  const said = text === undefined ? {} : agentOf(text)
  if (hints === undefined) return said
  const hinted = hintedAgent(hints)
  const os = hinted.os && said.os?.name === hinted.os.name ? { ...said.os, ...hinted.os } : (hinted.os ?? said.os)
  const device = { ...said.device, ...hinted.device }
  const bot = said.bot ?? hinted.bot
  const browser = hinted.browser ? moreExact(hinted.browser, said.browser) : said.browser
  return {
    ...(browser ? { browser } : {}),
    ...(os ? { os } : {}),
    ...(Object.keys(device).length > 0 ? { device } : {}),
    ...(bot ? { bot } : {}),
  }
}

/** Hints of low entropy say `131`, and the text of the same browser at least no less: `131.0.0.0`. */
function moreExact(hinted: NonNullable<Agent['browser']>, said: Agent['browser']): NonNullable<Agent['browser']> {
  const isSame = said?.version !== undefined && said.name === hinted.name && hinted.version !== undefined
  return isSame && said.version?.startsWith(`${hinted.version}.`) ? said : hinted
}
