import { z } from 'zod'
import { defineContract } from './contract.ts'
import { LinkToken } from './link-token.ts'

export const openLink = defineContract({
  name: 'openLink',
  method: 'get',
  path: '/t/o/{token}',
  group: 'Tracking',
  scope: 'anyone',
  summary: 'The image in a message',
  description:
    'A transparent point, whatever the token. A good one tells `Email Opened` (by channel), with `properties.verdict`: ' +
    '`human`, `proxy` or `scanner`, and its `reasons`. The same token and verdict within one minute is one opening.',
  params: LinkToken,
  reply: z.string(),
  media: 'image/gif',
  failures: [],
})
