import type { Connector } from './connector.ts'
import { jsonEvents } from './json-events.ts'
import { orderLines } from './order-lines.ts'
import { smsText } from './sms-text.ts'
import { whatsappChat } from './whatsapp-chat.ts'

/** Every connector. What is not here does not exist; `npm run new:connector` adds a line. */
export const CONNECTORS: readonly Connector[] = [jsonEvents, orderLines, smsText, whatsappChat]

export function connectorOf(name: string, type: Connector['type']): Connector | undefined {
  return CONNECTORS.find((connector) => connector.name === name && connector.type === type)
}
