import { z } from 'zod'
import { HANDED_LIMITS } from '../lake/compaction.ts'
import { BORDERS, QUALITY_TABLES } from '../quality/expectation.ts'
import { Tallies } from '../quality/tally.ts'
import { defineContract } from './contract.ts'
import { CompactorName, RoundNumber } from './lake-round.ts'

const Key = z.string().max(300)
const Names = z.array(Key).max(HANDED_LIMITS.objects)

export const commitLakeRound = defineContract({
  name: 'commitLakeRound',
  method: 'post',
  path: '/api/v1/lake/rounds/{round}/commit',
  group: 'Operations',
  scope: 'lake:write',
  summary: 'End a round: its files are named by the manifest, all at once, and its objects are taken',
  params: z.object({ round: RoundNumber }),
  body: z.strictObject({
    by: CompactorName,
    files: z.array(Key).max(4_000).meta({ description: 'Keys, as they were answered' }),
    against: z
      .array(Key)
      .max(4_000)
      .meta({ description: 'Files of the same hours in which it looked for rows that are there already' }),
    erasedIn: Names.meta({ description: 'Names of objects with lines of people who were erased' }),
    counts: z
      .array(
        z.strictObject({
          border: z.enum(BORDERS),
          table: z.enum(QUALITY_TABLES),
          hour: z.int().meta({ description: 'Epoch milliseconds' }),
          tallies: Tallies,
          objects: Names.meta({ description: 'Names of the objects in which the rows stand' }),
        }),
      )
      .max(1_000),
  }),
  reply: z.object({
    ends: z.enum(['done', 'lost', 'stale']).meta({
      description:
        '`lost`: it is somebody else’s round by now; `stale`: somebody was erased, or expectations changed: begin again',
    }),
    held: z.int().meta({ description: 'Partitions that a hard expectation keeps out of silver' }),
  }),
  failures: [],
})
