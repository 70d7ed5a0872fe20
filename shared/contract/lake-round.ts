import { z } from 'zod'
import { WorkspaceSettings } from '../config/workspace-config.ts'
import { STREAMS } from '../lake/lake-key.ts'
import { Expectation } from '../quality/expectation.ts'

/** What the operations of a round that is handed out to a compactor outside of the Worker share. */
export const RoundNumber = z.coerce.number('must be a number').int('must be a whole number').min(1)

/** Every call says which of the workspace's compactors it is. */
export const CompactorName = z
  .string()
  .regex(/^[\w.-]{1,80}$/, 'may have letters, digits, _ . and -')
  .meta({ description: 'Name of the compactor: whoever calls by another one has another round' })

/** A version of how rows are made of lines: an engine of another one would make other rows. */
export const ROUND_FORMAT = 1

export const LakeRound = z
  .object({
    round: z.int(),
    workspace: z.string(),
    stream: z.enum(STREAMS),
    hour: z.string().meta({ format: 'date-time', description: 'Under which its objects stand' }),
    objects: z.array(z.string()).meta({ description: 'Keys of bronze, with lines of this workspace alone' }),
    format: z.int().meta({ description: 'Of rows: an engine that knows another one does not begin' }),
    settings: WorkspaceSettings.meta({ description: 'By which lines of bronze are read' }),
    expectations: z.array(Expectation).meta({ description: 'What is to be counted, at the borders bronze and silver' }),
  })
  .meta({ id: 'LakeRound' })
export type LakeRound = z.output<typeof LakeRound>
