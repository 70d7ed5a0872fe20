import { z } from 'zod'
import { WorkspaceSettings } from '../config/workspace-config.ts'
import { Root } from '../lake/manifest.ts'
import { defineContract } from './contract.ts'

export const LakeManifest = z
  .object({
    workspace: z.string(),
    at: z.string().meta({ format: 'date-time', description: 'When this was so' }),
    root: Root.meta({
      description: 'The manifest: files of gold, and a manifest per day, which is a file like any other',
    }),
    tail: z.array(z.string()).meta({
      description: 'Objects of bronze that hold something of the workspace and are in no file yet. Nothing is in both',
    }),
    settings: WorkspaceSettings.meta({ description: 'By which lines of bronze are read' }),
  })
  .meta({ id: 'LakeManifest' })
export type LakeManifest = z.output<typeof LakeManifest>

export const readLakeManifest = defineContract({
  name: 'readLakeManifest',
  method: 'get',
  path: '/api/v1/lake/manifest',
  group: 'Operations',
  scope: 'lake:read',
  masking: 'refused',
  summary: 'The files of the lake, as of one moment: for whoever reads them with an engine of their own',
  description:
    'Everything that was received is in the files that it names or in the tail of bronze. A file that is not there any more ' +
    'was replaced meanwhile: read the manifest again.',
  reply: LakeManifest,
  failures: [],
})
