import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue } from '../../kernel/json.ts'
import type { Delivery } from '../delivery.ts'
import { defineDestination, jsonPost, single, trimmed } from '../destination-type.ts'
import { DELIVERED, fieldOf, jsonIn, readStatus, reasonOf, refused } from '../verdict.ts'
import { nameIn, objectIn, propertiesIn, whoIn } from '../who.ts'

/** https://www.braze.com/docs/api/endpoints/user_data/post_user_track */
export const braze = defineDestination({
  type: 'braze',
  title: 'Braze',
  about:
    'Attributes from identify, custom events from the rest. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    endpoint: z.url('must be an address').max(200).meta({ description: '`https://rest.iad-01.braze.com`' }),
    apiKey: z.string().min(1).max(200),
  }),
  secrets: ['apiKey'],
  addresses: ['endpoint'],
  takes: ['identify', 'track', 'page', 'screen'],
  call: single((delivery, { endpoint, apiKey }) =>
    jsonPost(`${trimmed(endpoint)}/users/track`, bodyOf(delivery), { Authorization: `Bearer ${apiKey}` }),
  ),
  read(reply, now) {
    const verdict = readStatus(reply, now)
    // 201 may still say that the one thing sent was not taken.
    const errors = fieldOf(jsonIn(reply), 'errors')
    if (verdict.kind !== 'delivered' || !Array.isArray(errors) || errors.length === 0) return verdict
    return errors.some((error: JsonValue) => isObject(error) || typeof error === 'string')
      ? refused(reasonOf(reply))
      : DELIVERED
  },
})

function bodyOf(delivery: Delivery): JsonObject {
  const { userId, profile } = whoIn(delivery)
  const who =
    userId === undefined
      ? { user_alias: { alias_name: profile, alias_label: 'tributary' }, _update_existing_only: false }
      : { external_id: userId }
  if (delivery.type === 'identify') {
    const { firstName, lastName, ...traits } = objectIn(delivery.data['traits'])
    const named = {
      ...(firstName === undefined ? {} : { first_name: firstName }),
      ...(lastName === undefined ? {} : { last_name: lastName }),
    }
    return { attributes: [{ ...traits, ...named, ...who }] }
  }
  const event = { ...who, name: nameIn(delivery), time: toIso(delivery.at), properties: propertiesIn(delivery) }
  return { events: [event] }
}
