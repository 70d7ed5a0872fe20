import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import { durationInWords, durationMs, Stretch } from '../duration.ts'
import type { Kind } from '../kind.ts'
import { isAbsent } from '../operators.ts'
import { Path, restOf, topOf } from '../path.ts'
import { atPoints } from '../points.ts'
import { type Reign, reignsOf, same } from '../trait-clock.ts'
import { named, phrase, quoted } from '../words.ts'

/**
 * A trait has had a value for so long: `{ "type": "trait_held", "path": "status", "value": "onboarding",
 * "op": "less_than", "for": "7d" }`. Repeating the value does not restart the clock; another value does.
 */
export const TraitHeld = z
  .strictObject({
    type: z.literal('trait_held'),
    path: Path,
    value: z.json().refine((value) => !isAbsent(value), 'must not be empty: an empty value counts as absent'),
    op: z.enum(['at_least', 'less_than']),
    for: Stretch,
  })
  .meta({ description: 'A trait has had a value for so long; repeating the value does not restart the clock' })
export type TraitHeld = z.infer<typeof TraitHeld>

export const traitHeld: Kind<TraitHeld> = {
  prepare({ path, value, op, for: length }) {
    const ms = durationMs(length) as number
    const [top, rest] = [topOf(path), restOf(path)]
    return ({ person, budget }) => {
      const history = person.traitHistory(top)
      const reigns = reignsOf(history, rest)
      const incomplete = history.missingUpTo !== Number.NEGATIVE_INFINITY

      return atPoints(
        (t) => {
          const index = reigns.findLastIndex(({ since }) => since <= t)
          const reign = reigns[index]
          // Without a write at hand the trait is absent, which it may not have been always: but it is now.
          if (!reign) return incomplete && reigns.length > 0 ? 'unknown' : false
          if (!same(reign.value, value)) return false
          const long = t >= reign.since + ms
          if (incomplete && index === 0 && !long) return 'unknown'
          return long === (op === 'at_least')
        },
        reigns.flatMap(({ since }) => [since, since + ms]),
        budget,
      )
    }
  },
  reads: ({ path }) => ({ traits: [topOf(path)], histories: [topOf(path)] }),
  sentence: ({ path, value, op, for: length }) =>
    phrase(
      named(path),
      'has been',
      quoted(value),
      op === 'at_least' ? 'for at least' : 'for less than',
      durationInWords(length),
    ),
  evidence({ path }, { person, now }) {
    const reign = reignAt(reignsOf(person.traitHistory(topOf(path)), restOf(path)), now)
    return { trait: path, ...(reign?.value !== undefined && { value: reign.value, since: toIso(reign.since) }) }
  },
}

function reignAt(reigns: readonly Reign[], t: number): Reign | undefined {
  return reigns.findLast(({ since }) => since <= t)
}
