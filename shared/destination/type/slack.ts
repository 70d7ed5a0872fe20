import { z } from 'zod'
import { filled } from '../../transform/mapping.ts'
import { DELIVERY_TYPES } from '../delivery.ts'
import { defineDestination, jsonPost, single, skip } from '../destination-type.ts'
import { readStatus, reasonOf, refused } from '../verdict.ts'

/** What Slack says of an address that will never take anything again. */
const GONE = /no_service|no_team|channel_not_found|channel_is_archived|invalid_token|team_disabled|no_active_hooks/

/** https://api.slack.com/messaging/webhooks. The address is the secret: Slack wants it so. */
export const slack = defineDestination({
  type: 'slack',
  title: 'Slack',
  about: 'Posts a line to a channel by an incoming webhook. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    webhookUrl: z.url('must be an address').max(500).meta({ description: '`https://hooks.slack.com/services/…`' }),
    template: z
      .string()
      .min(1)
      .max(3_000)
      .default('*{{event}}* {{profile.traits.email}}')
      .meta({ description: 'The line, with `{{path}}` of the event in it' }),
  }),
  secrets: ['webhookUrl'],
  addresses: ['webhookUrl'],
  takes: DELIVERY_TYPES,
  call: single(({ type, data }, { webhookUrl, template }) => {
    const text = filled(template, { event: data['name'] ?? type, ...data }).trim()
    return text === '' ? skip('empty_text') : jsonPost(webhookUrl, { text: escaped(text) })
  }),
  read(reply, now) {
    if (GONE.test(reply.body)) return refused(reasonOf(reply))
    // Its 403 is about what the webhook may not do, and stays so.
    return reply.status === 403 ? refused(reasonOf(reply)) : readStatus(reply, now)
  },
})

/** An event must not ping a channel: https://api.slack.com/reference/surfaces/formatting#escaping */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
