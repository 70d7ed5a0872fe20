import { z } from 'zod'
import { defineContract } from './contract.ts'

export const deleteOidc = defineContract({
  name: 'deleteOidc',
  method: 'delete',
  path: '/api/v1/oidc',
  group: 'Operations',
  scope: 'members:write',
  summary: 'Have members sign in with no provider any more',
  description: 'Members and their sessions stay.',
  reply: z.null(),
  status: 204,
  failures: ['not_found'],
})
