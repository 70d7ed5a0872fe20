import { z } from 'zod'
import { WorkspacePatch } from '../config/workspace-patch.ts'
import { WORKSPACE_ID } from '../kernel/id.ts'
import { defineContract } from './contract.ts'

export const createWorkspace = defineContract({
  name: 'createWorkspace',
  method: 'post',
  path: '/api/v1/workspaces',
  group: 'Operations',
  scope: 'admin',
  summary: 'Make a workspace',
  description:
    'With a source, the built-in segments, and a token that holds every scope inside it (`*:workspace`), which is shown ' +
    'once. Workspaces share nothing.',
  body: z.strictObject({
    id: z.string().regex(WORKSPACE_ID, 'must be 2 to 63 of a-z, 0-9 and -, and not begin with -'),
    name: z.string().trim().min(1).max(200),
    settings: WorkspacePatch.optional().meta({ description: 'Those that differ from the default' }),
  }),
  reply: z
    .object({
      id: z.string(),
      name: z.string(),
      writeKey: z.string(),
      apiToken: z.string().meta({ description: 'Shown once' }),
      createdAt: z.string().meta({ format: 'date-time' }),
    })
    .meta({ id: 'NewWorkspace' }),
  status: 201,
  failures: ['conflict'],
})
