import type { CanonicalId } from '../kernel/id.ts'
import { type ApplyItem, answerKnown, type Known } from './apply.ts'
import type { ProfileState } from './state.ts'
import { eventKey, type Timeline } from './timeline.ts'

/** A merge that was decided: this profile lost it to `winner`. */
export interface Lost {
  readonly winner: CanonicalId
  readonly seq: number
}

/**
 * The winner of a merge asks the loser, before the loser's pages have come, what became of copies there. The loser is a
 * tombstone from then on, as it will be anyway (operations.ts): so nothing is applied here after it was asked, and its answer stands.
 * A profile that lives again after that merge was undone is left as it is, and knows nothing. Null: never seen here.
 *
 * @law of several copies of one message at most one is told to be applied, also while profiles are merged
 */
export function sealLoser(
  state: ProfileState,
  timeline: Timeline,
  { winner, seq }: Lost,
  items: readonly ApplyItem[],
): { readonly known: readonly (Known | null)[]; readonly changed: boolean } {
  const livesAgain = state.redirect === null && state.epoch >= seq
  if (livesAgain || state.erasedAt !== undefined) return { known: items.map(() => null), changed: false }
  const changed = state.redirect === null
  state.redirect ??= winner
  return { known: items.map((item) => answerKnown(timeline, eventKey(item.event), item) ?? null), changed }
}
