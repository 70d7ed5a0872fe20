import { wallClockBy } from '../import/date-pattern.ts'
import { toIso } from '../kernel/instant.ts'
import { err, ok } from '../kernel/result.ts'
import { defineConnector } from './connector.ts'

/**
 * The text file of WhatsApp's "Export chat": `[12/03/2026, 14:05:11] Ann: text` (iOS) or `12/03/2026, 14:05 - Ann: text`
 * (Android), a message going on over lines until the next one begins. Day before month; times as UTC. The sender is a
 * phone number, when it is nobody of the phone's contacts, or a name, which becomes an identifier of its own.
 */
export const whatsappChat = defineConnector({
  name: 'whatsapp-chat',
  type: 'batch',
  format: 'text',
  summary: "WhatsApp's exported chat as WhatsApp Message Received events",
  begins: (line) => BEGINS.test(line),
  normalise(record) {
    const match = BEGINS.exec(record)
    const at = match ? timeOf(match[1] as string, match[2] as string) : undefined
    if (!match || at === undefined) return err('does not begin like a message: date, time, sender')
    const text = record.slice(match[0].length)
    const colon = text.indexOf(': ')
    // What WhatsApp itself says ("Messages are end-to-end encrypted") has no sender.
    if (colon === -1) return ok([])
    const from = text.slice(0, colon).replace(MARKS, '').trim()
    return ok([
      {
        type: 'track',
        event: 'WhatsApp Message Received',
        timestamp: toIso(at),
        properties: { channel: 'whatsapp', from, text: text.slice(colon + 2).replace(MARKS, '') },
        context: { externalIds: [senderId(from)] },
      },
    ])
  },
})

/** Marks of direction that iOS puts before dates and names. */
const MARKS = /[\u200e\u200f\u202a-\u202c]/g
const BEGINS =
  /^[\u200e\u200f]?\[?(\d{1,2}[./]\d{1,2}[./]\d{2,4}),? (\d{1,2}:\d{2}(?::\d{2})?(?:[ \u202f][AaPp][Mm])?)(?:\] | - )/

function timeOf(date: string, time: string): number | undefined {
  const [day, month, year = ''] = date.split(/[./]/)
  const clock = time.replace('\u202f', ' ')
  const hour = `${/[AaPp][Mm]$/.test(clock) ? 'h' : 'H'}:mm${clock.split(':').length > 2 ? ':ss' : ''}`
  const pattern = `D/M/${year.length > 2 ? 'YYYY' : 'YY'} ${hour}${hour.startsWith('h') ? ' A' : ''}`
  return wallClockBy(pattern, `${day}/${month}/${year} ${clock}`)
}

function senderId(from: string) {
  const digits = from.replace(/[\s()-]/g, '')
  return /^\+\d{6,15}$/.test(digits) ? { type: 'phone', id: digits } : { type: 'whatsapp_name', id: from }
}
