import { copyOfRecord, joinRecord } from '../consent/record.ts'
import type { Event } from '../event/event.ts'
import { dict } from '../kernel/json.ts'
import { addCounters, type Counters, takeCount } from './counters.ts'
import { earlierLink, joinIdentifier, type Leaf } from './leaf.ts'
import { countedNameOf } from './timeline.ts'
import { laterTrait } from './trait.ts'

/**
 * What a rebuild keeps of a leaf because nothing can say it again. Identifiers and links only ever grow, so they are kept
 * always; everything else only when the timeline was pruned: what it no longer has, and the archive neither, is in the
 * old leaf alone.
 */
export class Remainder {
  readonly leaf: Leaf
  /** The old counters without what was folded again. */
  readonly counters: Counters

  constructor(leaf: Leaf) {
    this.leaf = leaf
    this.counters = dict()
    addCounters(this.counters, leaf.counters)
  }

  /** An event that was folded again. */
  take(event: Event): void {
    const name = countedNameOf(event)
    if (name !== undefined) takeCount(this.counters, name, event.timestamp)
  }
}

export interface Older {
  /** Nothing was ever pruned: every event there was has been folded again. */
  readonly isWhole: boolean
  /** Whether the message that wrote something was folded again, from the archive or from the timeline. */
  readonly isArchived: (written: Written) => boolean
  readonly isKept: (written: Written) => boolean
}

interface Written {
  readonly source: string
  readonly messageId: string
}

/** Adds to a leaf that was made anew what only the old one knows, in place. */
export function keepOlder(
  leaf: Leaf,
  { leaf: old, counters }: Remainder,
  { isWhole, isArchived, isKept }: Older,
): void {
  keepIdentity(leaf, old, isArchived)
  if (old.told) leaf.told = old.told
  if (isWhole) return
  addCounters(leaf.counters, counters)
  for (const name in old.traits) {
    const theirs = old.traits[name]
    if (!theirs || isArchived(theirs) || isKept(theirs)) continue
    const mine = leaf.traits[name]
    leaf.traits[name] = mine ? laterTrait(mine, theirs) : theirs
  }
  for (const name in old.consents) {
    const theirs = old.consents[name]
    if (!theirs) continue
    const mine = leaf.consents[name]
    if (mine) joinRecord(mine, theirs)
    else leaf.consents[name] = copyOfRecord(theirs)
  }
  leaf.firstSeen = Math.min(leaf.firstSeen, old.firstSeen)
  leaf.lastSeen = Math.max(leaf.lastSeen, old.lastSeen)
}

/**
 * Only the archive says which identifiers of a message the profile held. Where it has the message that brought one, what
 * that says stands; when it was last seen is never taken back.
 */
function keepIdentity(leaf: Leaf, old: Leaf, isArchived: Older['isArchived']): void {
  for (const name in old.identifiers) {
    const theirs = old.identifiers[name]
    if (!theirs) continue
    const mine = leaf.identifiers[name]
    if (!mine) leaf.identifiers[name] = theirs
    else if (isArchived(theirs))
      leaf.identifiers[name] = { ...mine, lastSeen: Math.max(mine.lastSeen, theirs.lastSeen) }
    else leaf.identifiers[name] = joinIdentifier(mine, theirs)
  }
  for (const key in old.links) {
    const theirs = old.links[key]
    const mine = leaf.links[key]
    if (theirs) leaf.links[key] = mine ? earlierLink(mine, theirs) : theirs
  }
}
