import { foldRecord, type RecordLimits } from '../consent/record.ts'
import { utf8Length } from '../kernel/utf8.ts'
import { foldCounters } from './counters.ts'
import type { LeafLimits } from './leaf.ts'
import { encodeState, type ProfileState } from './state.ts'

/**
 * What one profile may hold, enforced in code: local workerd does not enforce the 2 MB row. Beyond a limit the oldest
 * detail folds; a profile never fails.
 */
export interface ProfileLimits extends LeafLimits {
  readonly maxNames: number
  /** Of the state's JSON; a row may have 2 MB. */
  readonly stateBytes: number
  readonly timelineEvents: number
  /** Since an event's arrival, so that an import of the past is kept as long as everything else. */
  readonly timelineDays: number
  /** How long after its arrival a copy can still be told to be a duplicate once its event was pruned, in ms. */
  readonly dedupMs: number
  readonly outbox: number
}

export const PROFILE_LIMITS: ProfileLimits = {
  maxNames: 500,
  maxTraits: 500,
  maxTraitChars: 32 * 1024,
  stateBytes: 1_500_000,
  timelineEvents: 10_000,
  timelineDays: 400,
  dedupMs: 30 * 86_400_000,
  outbox: 500,
}

/**
 * Folds a state that outgrew its row, the least valuable detail first: days into months, then ever more event names
 * into `other`, then the largest traits. Measuring costs a full encoding, so it only happens when a cheap upper bound
 * says that it might be needed.
 */
export function shrink(state: ProfileState, limits: ProfileLimits): void {
  if (roughSize(state) < limits.stateBytes / 6) return
  if (sizeOf(state) <= limits.stateBytes) return
  // Far in the future every day is old: all days fold.
  const always = state.asOf + 200 * 86_400_000
  for (let names = limits.maxNames; names >= 1; names = Math.floor(names / 2)) {
    for (const id in state.leaves) foldCounters(state.leaves[id]?.counters ?? {}, always, names)
    if (sizeOf(state) <= limits.stateBytes) return
  }
  for (const said of [20, 5, 1]) {
    foldConsents(state, { said, seenDays: said })
    if (sizeOf(state) <= limits.stateBytes) return
  }
  foldConsents(state, { said: 0, seenDays: 0, proofs: false })
  while (sizeOf(state) > limits.stateBytes && dropLargestTraits(state)) {
    // each round halves what traits take
  }
}

function sizeOf(state: ProfileState): number {
  return utf8Length(encodeState(state))
}

/** Characters, roughly and from above; a character may be three bytes, and escapes may double it. */
function roughSize(state: ProfileState): number {
  let size = 0
  for (const id in state.leaves) {
    const leaf = state.leaves[id]
    if (!leaf) continue
    for (const name in leaf.counters) size += 40 + 14 * Object.keys(leaf.counters[name] ?? {}).length
    for (const name in leaf.traits) {
      const value = leaf.traits[name]?.value
      size +=
        150 + (typeof value === 'string' ? value.length : value !== null && typeof value === 'object' ? 32_768 : 20)
    }
    for (const name in leaf.consents) {
      const record = leaf.consents[name]
      if (record) size += 3_000 * (record.said.length + 1) + 1_500 * Object.keys(record.seen).length
    }
    for (const _ in leaf.identifiers) size += 400
    for (const _ in leaf.links) size += 700
  }
  return size
}

/** The history of consent has its place in the archive as well; what stands is never folded. */
function foldConsents(state: ProfileState, limits: RecordLimits): void {
  for (const id in state.leaves) {
    for (const record of Object.values(state.leaves[id]?.consents ?? {})) foldRecord(record, limits)
  }
}

/** Drops the larger half of all traits of the largest leaf; false when there is nothing left to drop. */
function dropLargestTraits(state: ProfileState): boolean {
  const sized: { leaf: string; name: string; chars: number }[] = []
  for (const id in state.leaves) {
    for (const name in state.leaves[id]?.traits) {
      sized.push({ leaf: id, name, chars: JSON.stringify(state.leaves[id]?.traits[name]).length })
    }
  }
  sized.sort((a, b) => b.chars - a.chars || (a.name < b.name ? -1 : 1))
  for (const { leaf, name } of sized.slice(0, Math.ceil(sized.length / 2))) delete state.leaves[leaf]?.traits[name]
  return sized.length > 0
}
