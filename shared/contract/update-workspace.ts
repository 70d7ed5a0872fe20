import { z } from 'zod'
import { WorkspacePatch } from '../config/workspace-patch.ts'
import { defineContract } from './contract.ts'
import { WorkspaceDocument } from './read-workspace.ts'

export const updateWorkspace = defineContract({
  name: 'updateWorkspace',
  method: 'patch',
  path: '/api/v1/workspace',
  group: 'Operations',
  scope: 'workspace:write',
  masking: 'settings',
  summary: "Change the workspace's settings",
  description:
    'A JSON merge patch: what is named changes, `null` goes back to the default, lists are replaced as a whole. In force ' +
    'everywhere within 5 seconds. A tightened rule holds for what comes; it never splits what exists.',
  body: WorkspacePatch,
  reply: WorkspaceDocument.extend({
    exceeding: z
      .object({
        profiles: z.int(),
        types: z.record(z.string(), z.int()),
        looked: z.int(),
        exact: z.boolean().meta({ description: 'False: there are more profiles than were looked at' }),
      })
      .optional()
      .meta({ description: 'When rules of identity changed: how many profiles hold more than the rules now allow' }),
  }).meta({ id: 'ChangedWorkspace' }),
  failures: [],
})
