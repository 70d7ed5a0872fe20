import { z } from 'zod'
import { Key } from '../key.ts'
import type { Kind } from '../kind.ts'
import { constant } from '../signal.ts'
import { named } from '../words.ts'

/** Membership of another segment: `{ "type": "segment", "key": "pro_plan" }`. */
export const SegmentRef = z
  .strictObject({ type: z.literal('segment'), key: Key })
  .meta({ description: 'Membership of another segment' })
export type SegmentRef = z.infer<typeof SegmentRef>

export const segment: Kind<SegmentRef> = {
  prepare:
    ({ key }) =>
    (moment) =>
      moment.person.segment(key, moment) ?? constant('unknown'),
  reads: ({ key }) => ({ segments: [key] }),
  sentence: ({ key }) => `in segment ${named(key)}`,
  evidence: ({ key }) => ({ segment: key }),
}
