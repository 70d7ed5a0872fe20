import type { Condition } from './condition.ts'

/**
 * How a person is on a list that was imported: by a mark, which is a trait of its own per list. So the profile decides
 * about the membership like about any other: it tells ENTER and EXIT, a merge unites the marks, an import that is done
 * again changes nothing, and the archive rebuilds them. The mark is the time of the import that left it; a list that was
 * replaced asks for a newer one, and whoever has an older one is off it.
 */
const PREFIX = '$list:'

export function listMark(key: string): string {
  return `${PREFIX}${key}`
}

/** Whether a trait is a mark, which senders must not set themselves and readers need not see. */
export function isListMark(trait: string): boolean {
  return trait.startsWith(PREFIX)
}

/** The list that a trait is the mark of. */
export function markedList(trait: string): string | undefined {
  return isListMark(trait) ? trait.slice(PREFIX.length) : undefined
}

/** `since`: when the oldest import that still counts began, in epoch milliseconds. */
export function listCondition(key: string, since: number): Condition {
  return { type: 'trait', path: listMark(key), op: 'gte', value: since }
}
