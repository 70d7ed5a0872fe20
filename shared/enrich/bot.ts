import { z } from 'zod'
import type { Event } from '../event/event.ts'
import { isObject, own } from '../kernel/json.ts'
import { DATA_CENTRES } from './data-centres.ts'
import { defineEnrichment, type EnrichInput } from './enrichment.ts'
import { says } from './fill.ts'
import { textOf } from './text.ts'
import { agentIn } from './user-agent.ts'

/**
 * Whether a program sent it and not a person. `bot`: the user agent says so. `headless`: a browser without a screen, or
 * under a program's control. `data_centre`: the connection came from rented servers. A person is not told from a bot that
 * says nothing of it, so what is not suspicious has no `context.bot` at all.
 */
export const BOT_VERDICTS = ['bot', 'headless', 'data_centre'] as const
export type BotVerdict = (typeof BOT_VERDICTS)[number]

export const bot = defineEnrichment({
  name: 'bot',
  summary: 'Whether a program sent it: by the user agent, signs of a headless browser, or rented servers',
  reads: ['context.userAgent', 'context.userAgentData', 'context.library', 'context.webdriver', 'the connection'],
  writes: ['context.bot'],
  settings: z.object({
    enabled: z.boolean().default(true),
    bots: z
      .enum(['flag', 'drop'])
      .default('flag')
      .meta({ description: 'What happens to an event of a bot or headless browser; dropped with reason `bot`' }),
    dataCentres: z
      .enum(['ignore', 'flag', 'drop'])
      .default('ignore')
      .meta({ description: 'The same of a connection from a data centre; people behind a VPN have one too' }),
  }),
  look(input, { bots, dataCentres }) {
    if (says(input.event.context, 'bot')) return undefined
    const found = verdictOf(input, dataCentres !== 'ignore')
    if (!found) return undefined
    const rule = found.verdict === 'data_centre' ? dataCentres : bots
    return {
      context: { bot: { ...found } },
      notes: [{ outcome: 'bot', detail: { verdict: found.verdict } }],
      ...(rule === 'drop' ? { drop: 'bot' as const } : {}),
    }
  },
})

interface Verdict {
  readonly verdict: BotVerdict
  readonly name?: string
}

function verdictOf(input: EnrichInput, asksForDataCentres: boolean): Verdict | undefined {
  const { event, geo } = input
  // An app's HTTP client looks like a bot to everybody who only knows browsers.
  const agent = isApp(event) ? undefined : agentIn(input)
  if (agent?.bot) return agent.bot
  if (own(event.context, 'webdriver') === true) return { verdict: 'headless' }
  const name = asksForDataCentres && geo?.asn !== undefined ? DATA_CENTRES.get(geo.asn) : undefined
  return name === undefined ? undefined : { verdict: 'data_centre', name }
}

const APP_LIBRARIES = /(?:^|[-_./])(?:ios|android|kotlin|swift|flutter|dart|react-native|unity|cocoa)(?:$|[-_./])/i

function isApp({ context, extra }: Event): boolean {
  if (own(context, 'channel') === 'mobile' || (extra && own(extra, 'channel') === 'mobile')) return true
  const library = own(context, 'library')
  const name = isObject(library) ? textOf(own(library, 'name')) : undefined
  return name !== undefined && APP_LIBRARIES.test(name)
}
