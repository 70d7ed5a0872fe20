import { DAY } from '../shared/kernel/instant.ts'
import { CANONICAL, canonicalIdsOf, identifiersOfLine, type LineName } from '../shared/lake/line-names.ts'
import type { ArchivedLine } from '../shared/message/archived-event.ts'
import type { ErasureRow } from './erasure-row.ts'
import { identifierKey } from './hashing.ts'

/**
 * Who was erased, as the archive and the lake can know them: by every canonical ID data arrived under, and by the keyed
 * hashes of every identifier they held.
 */
export interface ErasedPerson {
  readonly ids: ReadonlySet<string>
  readonly keys: ReadonlySet<string>
  /** Under what the hourly index finds them: hashes of identifiers and of canonical IDs. */
  readonly indexKeys: ReadonlySet<string>
  /** Copies with their identifiers that arrived later are somebody new. Epoch milliseconds. */
  readonly until: number
}

type Known = Pick<ErasureRow, 'workspace' | 'profile' | 'scope'>

export function erasedPerson(env: Env, { workspace, profile, scope }: Known, until: number): ErasedPerson {
  const ids = new Set<string>([profile, ...scope.leaves])
  const keyOf = keyedBy(env, workspace)
  const indexKeys = new Set([...scope.keys, ...[...ids].map((match) => keyOf({ type: CANONICAL, match }))])
  return { ids, keys: new Set(scope.keys), indexKeys, until }
}

/** The keyed hash under which the index of a workspace keeps a name. */
export function keyedBy(env: Env, workspace: string): (name: LineName) => string {
  return ({ type, match }) => identifierKey(env.IDENTITY_SECRET, workspace, type, match)
}

/** Is a line of the archive about this person: by where it was counted, or by an identifier it carries? */
export function isTheirs(env: Env, workspace: string, person: ErasedPerson, country?: string) {
  const keyOf = keyedBy(env, workspace)
  return (line: ArchivedLine): boolean => {
    if (line['workspace'] !== undefined && line['workspace'] !== workspace) return false
    // That they are gone is what others have to hear.
    if (line['type'] === 'profile.deleted') return false
    if (canonicalIdsOf(line).some((id) => person.ids.has(id))) return true
    if (Number(line['receivedAt'] ?? 0) > person.until) return false
    // A number without a country is known by its digits, and by what it is in the workspace's country.
    const names = [...identifiersOfLine(line), ...(country === undefined ? [] : identifiersOfLine(line, country))]
    return names.some((name) => person.keys.has(keyOf(name)))
  }
}

/** So long after an erasure compaction still looks for what was on its way while it happened. */
export const WATCHED_MS = 7 * DAY

/** The people of a workspace who were erased lately, for whoever meets a copy of theirs that was in flight. */
export async function erasedLately(env: Env, workspace: string, now: number): Promise<readonly ErasedPerson[]> {
  const { results } = await env.DB.prepare(
    'SELECT profile, scope, requested_at AS requestedAt FROM erasures WHERE workspace = ? AND requested_at > ?',
  )
    .bind(workspace, now - WATCHED_MS)
    .all<{ profile: ErasureRow['profile']; scope: string; requestedAt: number }>()
  return results.map(({ profile, scope, requestedAt }) =>
    erasedPerson(env, { workspace, profile, scope: JSON.parse(scope) }, requestedAt),
  )
}
