import { z } from 'zod'
import { defineContract } from './contract.ts'

export const signIn = defineContract({
  name: 'signIn',
  method: 'get',
  path: '/sign-in',
  group: 'Operations',
  scope: 'anyone',
  summary: 'Sign in to the portal with a link that works once',
  description:
    '`npm start` prints one. Leads to the portal; a link that was used, or has ended after a day, gives the sign-in page with ' +
    '401, and without `once` it is that page.',
  query: z.object({ once: z.string().max(200).optional() }),
  reply: z.string(),
  media: 'text/html; charset=utf-8',
  status: 303,
  failures: ['unauthorized'],
})
