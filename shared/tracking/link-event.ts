import type { JsonObject } from '../kernel/json.ts'
import type { Link } from './link.ts'
import type { Judgement } from './visit.ts'

/** What following a link is called in the timeline: the same words as a provider's (contracts/http.md, the row of /hooks). */
const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  email: 'Email',
  sms: 'SMS',
  mms: 'MMS',
  rcs: 'RCS',
  whatsapp: 'WhatsApp',
  push: 'Push',
  web_push: 'Web Push',
  in_app: 'In-App',
}

export interface LinkEvent {
  readonly name: string
  readonly properties: JsonObject
}

export function visitEvent(link: Link, { verdict, reasons }: Judgement): LinkEvent {
  const isOpen = link.kind === 'open'
  const properties = {
    ...factsOf(link),
    type: isOpen ? 'opened' : 'clicked',
    ...(link.url === undefined ? {} : { url: link.url }),
    verdict,
    reasons,
    // As providers' events say it: no engagement, never a trigger.
    ...(verdict === 'human' ? {} : { machine: true }),
  }
  return { name: `${channelName(link.channel)} ${isOpen ? 'Opened' : 'Link Clicked'}`, properties }
}

/** Where a withdrawal came from, in the ledger. */
export const UNSUBSCRIBE_SOURCE = 'unsubscribe_link'

export function unsubscribeEvent(link: Link, method: 'one_click' | 'page'): LinkEvent {
  const properties = { ...factsOf(link), type: 'unsubscribed', method, source: UNSUBSCRIBE_SOURCE }
  return { name: 'Unsubscribed', properties }
}

export function channelName(channel: string): string {
  const known = Object.hasOwn(CHANNEL_NAMES, channel) ? CHANNEL_NAMES[channel] : undefined
  return (
    known ??
    channel.replace(/(^|_)([a-z])/g, (_, gap: string, letter: string) => `${gap && ' '}${letter.toUpperCase()}`)
  )
}

function factsOf({ channel, campaign, delivery }: Link): JsonObject {
  return { channel, ...(campaign === undefined ? {} : { campaign }), ...(delivery === undefined ? {} : { delivery }) }
}
