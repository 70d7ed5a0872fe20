import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { at } from '../../transform/mapping.ts'
import { defineDestination, jsonPost, single, skip } from '../destination-type.ts'
import { fieldOf, jsonIn, readStatus, reasonOf, refused, retry } from '../verdict.ts'
import { nameIn, propertiesIn, whoIn } from '../who.ts'

const Names = z.record(z.string().min(1).max(200), z.string().min(1).max(300))

/** https://developers.hubspot.com/docs/api-reference: contacts by e-mail, and custom behavioural events. */
export const hubspot = defineDestination({
  type: 'hubspot',
  title: 'HubSpot',
  about: 'Contacts from identify, custom events from track. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    accessToken: z.string().min(1).max(500).meta({ description: 'Of a private app' }),
    fields: Names.default({
      firstname: 'profile.traits.firstName',
      lastname: 'profile.traits.lastName',
      phone: 'profile.traits.phone',
    }).meta({ description: 'HubSpot property → path' }),
    events: Names.default({}).meta({
      description: 'Event name → fully qualified name (`pe123_order`); others are skipped',
    }),
  }),
  secrets: ['accessToken'],
  takes: ['identify', 'track'],
  call: single((delivery, { accessToken, fields, events }) => {
    const { email } = whoIn(delivery)
    if (email === undefined) return skip('no_email')
    const headers = { Authorization: `Bearer ${accessToken}` }
    if (delivery.type === 'identify') {
      const inputs = [{ idProperty: 'email', id: email, properties: { email, ...textsAt(delivery.data, fields) } }]
      return jsonPost('https://api.hubapi.com/crm/v3/objects/contacts/batch/upsert', { inputs }, headers)
    }
    const eventName = Object.hasOwn(events, nameIn(delivery)) ? events[nameIn(delivery)] : undefined
    if (eventName === undefined) return skip('event_not_mapped')
    const properties = scalars(propertiesIn(delivery))
    const body = { eventName, email, occurredAt: toIso(delivery.at), uuid: delivery.key, properties }
    return jsonPost('https://api.hubapi.com/events/v3/send', body, headers)
  }),
  read(reply, now) {
    // 207: of several some failed; here there was one.
    if (reply.status === 207) {
      const errors = fieldOf(jsonIn(reply), 'errors')
      return Array.isArray(errors) && errors.length > 0 ? refused(reasonOf(reply)) : readStatus(reply, now)
    }
    return reply.status === 423 ? retry(reasonOf(reply)) : readStatus(reply, now)
  },
})

/** The values at paths as text; what is not there is left out. */
export function textsAt(data: JsonObject, fields: Readonly<Record<string, string>>): Record<string, string> {
  const found = Object.entries(fields).flatMap(([name, path]) => {
    const value = at(data, path)
    if (value === undefined || value === null) return []
    return [[name, typeof value === 'string' ? value : JSON.stringify(value)] as const]
  })
  return Object.fromEntries(found)
}

function scalars(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => typeof value !== 'object'))
}
