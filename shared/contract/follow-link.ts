import { z } from 'zod'
import { defineContract } from './contract.ts'
import { LinkToken } from './link-token.ts'

export const followLink = defineContract({
  name: 'followLink',
  method: 'get',
  path: '/t/c/{token}',
  group: 'Tracking',
  scope: 'anyone',
  summary: 'A link in a message',
  description:
    'Leads to the address inside the sealed token and tells `Email Link Clicked` (by channel). A token that was changed or ' +
    'has expired is a plain page with 404, never a redirect.',
  params: LinkToken,
  reply: z.string(),
  media: 'text/html; charset=utf-8',
  status: 302,
  failures: ['not_found'],
})
