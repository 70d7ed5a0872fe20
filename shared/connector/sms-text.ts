import { parseInstant, toIso } from '../kernel/instant.ts'
import { err, ok } from '../kernel/result.ts'
import { defineConnector } from './connector.ts'

/**
 * SMS as plain text, the way gateways and modem daemons hand them on: a few `Name: value` lines, an empty line, and the
 * message. `From` is required; `To` and `Sent` (ISO 8601) are kept when they are there.
 *
 *   From: +491701234567
 *   Sent: 2026-03-12T14:05:11Z
 *
 *   STOP
 */
export const smsText = defineConnector({
  name: 'sms-text',
  type: 'streaming',
  format: 'text',
  summary: 'An inbound SMS as plain text with headers, as an SMS Received event',
  normalise(record) {
    const [, head = '', text = ''] = /^([\s\S]*?)(?:\r?\n\r?\n([\s\S]*))?$/.exec(record) ?? []
    const headers = new Map<string, string>()
    for (const line of head.split(/\r?\n/)) {
      const colon = line.indexOf(':')
      if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
    }
    const from = headers.get('from')?.replace(/[\s()-]/g, '') ?? ''
    if (from === '') return err('has no From')
    const sent = headers.get('sent')
    const at = parseInstant(sent)
    if (sent !== undefined && at === undefined) return err('Sent is no ISO 8601 time')
    const to = headers.get('to')
    return ok([
      {
        type: 'track',
        event: 'SMS Received',
        ...(at === undefined ? {} : { timestamp: toIso(at) }),
        properties: { channel: 'sms', from, ...(to ? { to } : {}), text: text.trim() },
        context: { externalIds: [{ type: 'phone', id: from }] },
      },
    ])
  },
})
