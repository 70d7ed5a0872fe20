import { z } from 'zod'
import { WorkspaceSettings } from '../config/workspace-config.ts'
import { defineContract } from './contract.ts'

/** A workspace as its operators see it; settings that were never changed show their defaults. */
export const WorkspaceDocument = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.int().meta({ description: 'Rises with every change of configuration' }),
    settings: WorkspaceSettings,
    identifierTypes: z
      .record(
        z.string(),
        z.object({
          priority: z.int(),
          limit: z.int(),
          windowMs: z.int().optional(),
          blockedValues: z.array(z.string()).readonly().optional(),
        }),
      )
      .meta({ description: 'The rules of every type of identifier as they are in force' }),
  })
  .meta({ id: 'Workspace' })
export type WorkspaceDocument = z.output<typeof WorkspaceDocument>

export const readWorkspace = defineContract({
  name: 'readWorkspace',
  method: 'get',
  path: '/api/v1/workspace',
  group: 'Operations',
  scope: 'workspace:read',
  masking: 'settings',
  summary: "Read the workspace's settings",
  reply: WorkspaceDocument,
  failures: [],
})
