import { z } from 'zod'
import { defineContract } from './contract.ts'
import { LinkToken } from './link-token.ts'

const page = {
  path: '/t/u/{token}',
  group: 'Tracking',
  scope: 'anyone',
  params: LinkToken,
  reply: z.string(),
  media: 'text/html; charset=utf-8',
} as const

export const readUnsubscribeLink = defineContract({
  ...page,
  name: 'readUnsubscribeLink',
  method: 'get',
  summary: 'The page that asks whether to unsubscribe',
  description: 'Changes nothing: scanners follow every link of a mail.',
  failures: ['not_found'],
})

export const unsubscribeLink = defineContract({
  ...page,
  name: 'unsubscribeLink',
  method: 'post',
  summary: 'Unsubscribe',
  description:
    "With the form field `List-Unsubscribe=One-Click` (RFC 8058), or the page's own: consent of the link's channel is " +
    'withdrawn at once, and `Unsubscribed` is told. Without either nothing happens. May be repeated.',
  failures: ['not_found', 'invalid_request', 'too_large', 'unavailable'],
})
