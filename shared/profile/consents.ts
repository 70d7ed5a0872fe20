import { type ConsentStatuses, type ConsentWrite, consentKeys, laterConsent } from '../consent/consent.ts'
import { type ConsentRecord, changesOf, copyOfRecord, joinRecord } from '../consent/record.ts'
import type { Dict } from '../kernel/json.ts'
import type { Consent } from '../segment/profile-document.ts'
import type { Leaf } from './leaf.ts'
import type { ProfileState } from './state.ts'

/** The ledger of one person: the join of what the leaves know. */

/** What stands about a name; undefined while nothing was said. */
export function consentOf(state: ProfileState, name: string): ConsentWrite | undefined {
  let found: ConsentWrite | undefined
  for (const id in state.leaves) {
    const latest = state.leaves[id]?.consents[name]?.latest
    if (latest) found = found ? laterConsent(found, latest) : latest
  }
  return found
}

/** What stands, by name, in order of names. */
export function consentsOf(state: ProfileState): ReadonlyMap<string, ConsentWrite> {
  const names = new Set<string>()
  for (const id in state.leaves) for (const name in (state.leaves[id] as Leaf).consents) names.add(name)
  return new Map([...names].sort().map((name) => [name, consentOf(state, name) as ConsentWrite]))
}

/** What stands, in one word each; undefined while nothing was said, which is the case of most people. */
export function consentStatuses(state: ProfileState): ConsentStatuses | undefined {
  const standing = consentsOf(state)
  if (standing.size === 0) return undefined
  return Object.fromEntries([...standing].map(([name, { status }]) => [name, status]))
}

export interface LedgerChange {
  readonly name: string
  readonly write: ConsentWrite
}

/** Every change that is known, newest first; of one name when it is given. */
export function consentChanges(state: ProfileState, only?: string): readonly LedgerChange[] {
  const joined = new Map<string, ConsentRecord>()
  for (const id in state.leaves) {
    const consents: Dict<ConsentRecord> = (state.leaves[id] as Leaf).consents
    for (const name in consents) {
      if (only !== undefined && name !== only) continue
      const record = consents[name] as ConsentRecord
      const other = joined.get(name)
      if (other) joinRecord(other, record)
      else joined.set(name, copyOfRecord(record))
    }
  }
  const changes = [...joined].flatMap(([name, record]) => changesOf(record).map((write) => ({ name, write })))
  return changes.sort((a, b) => b.write.at - a.write.at || (placeOf(a) < placeOf(b) ? 1 : -1))
}

/** Orders changes of one instant, and names a place between pages. */
export function placeOf({ name, write }: LedgerChange): string {
  return `${write.messageId}\n${name}`
}

/** As conditions see it. */
export function consentSeen(write: ConsentWrite): Consent {
  const { status, at, expiresAt } = write
  return expiresAt === undefined ? { status, at } : { status, at, until: expiresAt }
}

/** The ledger in the document of an audience shard: under every key by which a condition may ask for a name. */
export function consentsInDocument(state: ProfileState): { readonly [key: string]: Consent } {
  const entries = [...consentsOf(state)].flatMap(([name, write]) =>
    consentKeys(name).map((key) => [key, consentSeen(write)] as const),
  )
  return Object.fromEntries(entries)
}
