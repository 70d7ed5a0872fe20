import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { textIn } from '../delivery.ts'
import { defineDestination, jsonPost, single, skip } from '../destination-type.ts'
import { readStatus } from '../verdict.ts'
import { nameIn, numberIn, present, propertiesIn, type Who, whoIn } from '../who.ts'

/** https://developers.klaviyo.com/en/reference/create_event */
export const klaviyo = defineDestination({
  type: 'klaviyo',
  title: 'Klaviyo',
  about: 'Profiles from identify, events from the rest. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    apiKey: z.string().min(1).max(200).meta({ description: 'A private key, `pk_…`' }),
    revision: z.iso.date().default('2024-10-15').meta({ description: 'Of the API' }),
  }),
  secrets: ['apiKey'],
  takes: ['identify', 'track', 'page', 'screen'],
  call: single((delivery, { apiKey, revision }) => {
    const who = whoIn(delivery)
    if ((who.email ?? who.phone ?? who.userId) === undefined) return skip('no_email_phone_or_user_id')
    const headers = { Authorization: `Klaviyo-API-Key ${apiKey}`, revision, Accept: 'application/json' }
    const profile = { type: 'profile', attributes: attributesOf(who) }
    if (delivery.type === 'identify')
      return jsonPost('https://a.klaviyo.com/api/profile-import', { data: profile }, headers)
    const properties = propertiesIn(delivery)
    const attributes = {
      properties,
      time: toIso(delivery.at),
      unique_id: delivery.key,
      ...present({
        value: numberIn(properties['revenue'] ?? properties['total'] ?? properties['value']),
        value_currency: textIn(properties['currency']),
      }),
      metric: { data: { type: 'metric', attributes: { name: nameIn(delivery).slice(0, 128) } } },
      profile: { data: profile },
    }
    return jsonPost('https://a.klaviyo.com/api/events', { data: { type: 'event', attributes } }, headers)
  }),
  read: readStatus,
})

function attributesOf({ email, phone, userId, profile, traits }: Who) {
  const { email: _, phone: __, firstName, lastName, first_name, last_name, ...properties } = traits
  return {
    ...present({
      email,
      // It refuses everything but E.164.
      phone_number: phone !== undefined && /^\+[1-9]\d{6,14}$/.test(phone) ? phone : undefined,
      external_id: userId ?? profile,
      first_name: textIn(firstName ?? first_name),
      last_name: textIn(lastName ?? last_name),
    }),
    properties,
  }
}
