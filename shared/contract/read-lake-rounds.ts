import { z } from 'zod'
import { defineContract } from './contract.ts'

export const LakeWaiting = z
  .object({
    open: z.boolean().meta({ description: 'A round is open, whoever carries it out' }),
    objects: z.int().meta({ description: 'That wait and hold lines of this workspace alone: those of rounds' }),
    lines: z.int(),
    bytes: z.int().meta({ description: 'Uncompressed' }),
    since: z.string().nullable().meta({ format: 'date-time', description: 'When the oldest was written' }),
    others: z
      .boolean()
      .meta({ description: 'Objects with lines of several workspaces wait: the Worker compacts those' }),
  })
  .meta({ id: 'LakeWaiting' })
export type LakeWaiting = z.output<typeof LakeWaiting>

export const readLakeRounds = defineContract({
  name: 'readLakeRounds',
  method: 'get',
  path: '/api/v1/lake/rounds',
  group: 'Operations',
  scope: 'lake:read',
  summary: 'What of bronze waits for compaction',
  reply: LakeWaiting,
  failures: [],
})
