import type { JsonValue } from '../kernel/json.ts'

/**
 * One trait as last written. Traits are last-write-wins per top-level name; `null` is a tombstone, kept so that an
 * older write cannot bring the value back.
 */
export interface Trait {
  readonly value: JsonValue
  /** Event time of the write, epoch milliseconds. */
  readonly at: number
  readonly messageId: string
  readonly source: string
}

/**
 * The write that stands: the later one; at the same instant the greater messageId, by UTF-16 code unit, then the
 * greater source. Total, so that every replica picks the same one.
 *
 * @law gives the same winner in any order of arrival
 */
export function laterTrait(a: Trait, b: Trait): Trait {
  if (a.at !== b.at) return a.at > b.at ? a : b
  if (a.messageId !== b.messageId) return a.messageId > b.messageId ? a : b
  return a.source >= b.source ? a : b
}

/** Absent, as segments and readers see it: never written, or deleted. */
export function isDeleted(trait: Trait): boolean {
  return trait.value === null
}
