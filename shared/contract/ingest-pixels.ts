import { z } from 'zod'
import { EVENT_TYPES, type EventType } from '../event/event.ts'
import { type Contract, defineContract } from './contract.ts'

/** An event in the address of an image, for mails and pages without scripts. RudderStack has two addresses of its own. */
function pixel(type: EventType): Contract {
  const name = `${type[0]?.toUpperCase()}${type.slice(1)}`
  const isRudder = type === 'track' || type === 'page'
  return defineContract({
    name: `ingestPixel${name}`,
    method: 'get',
    path: `/v1/pixel/${type}`,
    aliases: isRudder ? [`/pixel/v1/${type}`] : [],
    group: 'Ingestion',
    scope: 'write key',
    summary: `A ${type} call as an image of one point`,
    description:
      'Always 200 and the image, which is never cached; X-Pixel-Refused says why an event was not taken. Dots in a name ' +
      'nest (`properties.mail=spring`), and a field that no call knows becomes a property. Values are text.',
    query: z.looseObject({
      data: z.string().optional().meta({ description: 'Base64 of the event as JSON, instead of the fields' }),
      writeKey: z.string().optional(),
      userId: z.string().optional(),
      anonymousId: z.string().optional(),
      ...(type === 'track' ? { event: z.string().optional() } : {}),
    }),
    reply: z.string().meta({ description: 'A transparent GIF of 1×1 points', format: 'binary' }),
    media: 'image/gif',
    failures: [],
  })
}

export const ingestPixels: readonly Contract[] = EVENT_TYPES.map(pixel)
