import { toIso } from '../kernel/instant.ts'
import { own } from '../kernel/json.ts'
import type { TraitWriteDocument } from './document.ts'
import type { ProfileState } from './state.ts'
import { laterTrait, type Trait } from './trait.ts'

/** The newest of them are answered. */
export const MOST_WRITES = 200

/**
 * Who wrote a trait and what: the write that stands, and those that lost against it, newest first. The ones that lost are
 * known as long as the timeline has their events (`kept`); the one that stands is always known.
 *
 * @law of the writes of a trait one stands, all earlier ones lost, and a later one was not taken
 */
export function traitWrites(state: ProfileState, kept: readonly Trait[], name: string): TraitWriteDocument[] {
  const standing = standingTrait(state, name)
  const isKept = standing && kept.some((write) => isSame(write, standing))
  return [...kept, ...(standing && !isKept ? [standing] : [])]
    .sort((a, b) => (laterTrait(a, b) === a ? -1 : 1))
    .map((write) => ({
      trait: name,
      value: write.value,
      at: toIso(write.at),
      messageId: write.messageId,
      source: write.source,
      outcome: outcomeOf(write, standing),
    }))
}

/** A write is not taken when its value is too large, or when there are too many traits. */
function outcomeOf(write: Trait, standing: Trait | undefined): TraitWriteDocument['outcome'] {
  if (!standing) return 'not_taken'
  if (isSame(write, standing)) return 'stands'
  return laterTrait(write, standing) === write ? 'not_taken' : 'lost'
}

function standingTrait({ leaves }: ProfileState, name: string): Trait | undefined {
  const all = Object.values(leaves).flatMap((leaf) => own(leaf.traits, name) ?? [])
  return all.length === 0 ? undefined : all.reduce(laterTrait)
}

function isSame(a: Trait, b: Trait): boolean {
  return a.at === b.at && a.messageId === b.messageId && a.source === b.source
}
