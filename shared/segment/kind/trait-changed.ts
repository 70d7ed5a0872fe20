import { z } from 'zod'
import { toIso } from '../../kernel/instant.ts'
import type { JsonValue } from '../../kernel/json.ts'
import { atLeastOf } from '../folded.ts'
import type { Kind } from '../kind.ts'
import { Path, restOf, topOf } from '../path.ts'
import type { FoldedEvents, TraitHistory } from '../person-view.ts'
import { trafficOf } from '../traffic.ts'
import { presentValue, reignsOf, same } from '../trait-clock.ts'
import { endsAt, spanOf, Window, windowInWords } from '../window.ts'
import { named, phrase, quoted } from '../words.ts'

/**
 * A trait's value changed: `{ "type": "trait_changed", "path": "plan", "from": "free", "to": "pro",
 * "window": { "last": "7d" } }`. Repeating a value is no change; being written for the first time, or deleted, is one.
 * `from` and `to` are each optional, and `null` says absent.
 */
export const TraitChanged = z
  .strictObject({
    type: z.literal('trait_changed'),
    path: Path,
    from: z.json().optional(),
    to: z.json().optional(),
    window: Window.optional(),
  })
  .superRefine(({ from, to }, context) => {
    if (from === undefined || to === undefined || !same(presentValue(from), presentValue(to))) return
    context.addIssue({
      code: 'custom',
      path: ['to'],
      message: 'must differ from `from`: repeating a value is no change',
    })
  })
  .meta({ description: 'The value of a trait changed; repeating it is no change' })
export type TraitChanged = z.infer<typeof TraitChanged>

interface Change {
  readonly at: number
  readonly from: JsonValue | undefined
  readonly to: JsonValue | undefined
}

/** The changes at hand, and the stretches in which further ones may have been. */
function changesOf(condition: TraitChanged, history: TraitHistory) {
  const matches = (wanted: JsonValue | undefined, value: JsonValue | undefined) =>
    wanted === undefined || same(presentValue(wanted), value)
  const reigns = reignsOf(history, restOf(condition.path))
  const incomplete = history.missingUpTo !== Number.NEGATIVE_INFINITY
  const changes: Change[] = []
  const folded: FoldedEvents[] = []
  reigns.forEach(({ value, since }, i) => {
    if (!matches(condition.to, value)) return
    const before = reigns[i - 1]
    if (before === undefined && incomplete) folded.push({ from: since, to: since, least: 0, most: 1 })
    // The first write of nothing is none.
    else if (before === undefined && value === undefined) return
    else if (matches(condition.from, before?.value)) changes.push({ at: since, from: before?.value, to: value })
  })
  if (incomplete) folded.push({ from: Number.NEGATIVE_INFINITY, to: history.missingUpTo, least: 0, most: 1 })
  return { changes, folded }
}

export const traitChanged: Kind<TraitChanged> = {
  prepare(condition) {
    const span = spanOf(condition.window)
    const top = topOf(condition.path)
    return ({ person }) => {
      const { changes, folded } = changesOf(condition, person.traitHistory(top))
      return atLeastOf(1, trafficOf(changes, span), folded, span, false)
    }
  },
  reads: ({ path }) => ({ traits: [topOf(path)], histories: [topOf(path)] }),
  sentence: ({ path, from, to, window }) =>
    phrase(
      named(path),
      'changed',
      from === undefined ? '' : `from ${valueInWords(from)}`,
      to === undefined ? '' : `to ${valueInWords(to)}`,
      windowInWords(window),
    ),
  evidence(condition, { person, now }) {
    const newest = changesOf(condition, person.traitHistory(topOf(condition.path))).changes.findLast(
      ({ at }) => at <= now,
    )
    return {
      trait: condition.path,
      window: endsAt(condition.window, now),
      ...(newest && { newest: { from: newest.from ?? null, to: newest.to ?? null, at: toIso(newest.at) } }),
    }
  },
}

function valueInWords(value: JsonValue): string {
  return presentValue(value) === undefined ? 'nothing' : quoted(value)
}
