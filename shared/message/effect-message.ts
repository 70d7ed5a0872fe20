import { z } from 'zod'
import { Effect } from '../profile/effect.ts'

/** One message of the EFFECTS queue: as many effects as fit under one 64 KB billing step. */
export const EffectMessage = z.object({ v: z.literal(1), effects: z.array(Effect).min(1) })
export type EffectMessage = z.infer<typeof EffectMessage>
