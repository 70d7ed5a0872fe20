import { z } from 'zod'
import { jsonOf } from '../shared/kernel/json.ts'
import { NO_WORKSPACE } from '../shared/message/dead-letter.ts'
import type { BronzeLine } from './archive.ts'

/**
 * How much of an object of bronze becomes events of silver, by workspace: it stands in the object's metadata, so that
 * whoever asks how much waits reads a listing and no object.
 */
const AppliedSum = z.tuple([
  z.int().meta({ description: 'Applied copies' }),
  z.int().meta({ description: 'Arrival of the earliest, epoch milliseconds' }),
  z.int().meta({ description: 'Those of them that came again, and may stand in another object, too' }),
])
export type AppliedSum = z.infer<typeof AppliedSum>

const Sums = z.record(z.string(), AppliedSum)

/** R2 keeps 8 KB of metadata with an object; one that holds more workspaces than fit is read by who wants to know. */
const MOST_CHARS = 4_000

export function appliedSums(lines: readonly BronzeLine[]): { readonly applied?: string } {
  const sums: Record<string, AppliedSum> = {}
  for (const { workspace, outcome, receivedAt, redelivered } of lines) {
    if (typeof workspace !== 'string' || workspace === NO_WORKSPACE || outcome !== 'applied') continue
    const [copies, since, again] = sums[workspace] ?? [0, Number.POSITIVE_INFINITY, 0]
    sums[workspace] = [copies + 1, Math.min(since, receivedAt), again + (redelivered === true ? 1 : 0)]
  }
  const applied = JSON.stringify(sums)
  return applied.length > MOST_CHARS ? {} : { applied }
}

/** What the metadata of an object say of a workspace; undefined when they say nothing. */
export function appliedSumOf(applied: string | undefined, workspace: string): AppliedSum | undefined {
  const sums = applied === undefined ? undefined : Sums.safeParse(jsonOf(applied))
  if (!sums?.success) return undefined
  return sums.data[workspace] ?? [0, Number.POSITIVE_INFINITY, 0]
}
