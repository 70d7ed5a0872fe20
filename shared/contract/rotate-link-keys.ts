import { z } from 'zod'
import { defineContract } from './contract.ts'

export const rotateLinkKeys = defineContract({
  name: 'rotateLinkKeys',
  method: 'post',
  path: '/api/v1/links/keys:rotate',
  group: 'Tracking',
  scope: 'workspace:write',
  summary: 'Seal new links with a new key',
  description:
    'Links of older keys hold for `tracking.keepKeysDays` of the workspace, or, with `revokeOld`, end within 5 seconds.',
  body: z.strictObject({ revokeOld: z.boolean().default(false) }).prefault({}),
  reply: z.object({ generation: z.int().meta({ description: 'Of the key that seals from now on' }) }),
  failures: ['conflict'],
})
