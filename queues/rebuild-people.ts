import { z } from 'zod'
import { countSegment, membersPage } from '../platform/audience.ts'
import { identityStub } from '../platform/stubs.ts'
import type { RebuildInput } from './rebuild-input.ts'

/**
 * Whose turn it is: those who were named, then the members of the segment; everybody when neither was given. In the end
 * those who were on the move, a few times.
 */
export const People = z.object({
  list: z.enum(['named', 'segment', 'everybody', 'again']),
  /** Where the page before ended. */
  after: z.string().nullable(),
  /** How often whoever was on the move has been asked again. */
  round: z.int(),
})
export type People = z.infer<typeof People>

/** The archive is read once for so many; their leaves stand in the job's row. */
const PAGE = 500

export const FIRST_PEOPLE: People = { list: 'named', after: null, round: 0 }
const AGAIN: People = { list: 'again', after: null, round: 0 }

/** One page, and where the next begins; undefined after the last. `again`: who was on the move. */
export async function nextPeople(
  env: Env,
  workspace: string,
  { profiles, segment }: RebuildInput,
  { list, after, round }: People,
  again: readonly string[],
): Promise<{ readonly ids: readonly string[]; readonly next: People } | undefined> {
  switch (list) {
    case 'named': {
      const from = Number(after ?? 0)
      const ids = (profiles ?? []).slice(from, from + PAGE)
      if (from + PAGE < (profiles?.length ?? 0)) return { ids, next: { list, after: String(from + PAGE), round } }
      if (segment !== undefined) return { ids, next: { list: 'segment', after: null, round } }
      return { ids, next: profiles ? AGAIN : { list: 'everybody', after: null, round } }
    }
    case 'segment': {
      const page = await membersPage(env, workspace, segment as string, { limit: PAGE, cursor: after })
      const next = page.cursor === null ? AGAIN : { list, after: page.cursor, round }
      return { ids: page.members.map(({ id }) => id), next }
    }
    case 'everybody': {
      const { ids, next } = await identityStub(env, workspace).profilesAfter(after ?? '', PAGE)
      return { ids, next: next === null ? AGAIN : { list, after: next, round } }
    }
    case 'again':
      if (again.length === 0) return undefined
      return { ids: again, next: { list, after: null, round: round + 1 } }
  }
}

/** As far as it can be told at the beginning. */
export async function totalOf(env: Env, workspace: string, { profiles, segment }: RebuildInput): Promise<number> {
  const members = segment === undefined ? 0 : (await countSegment(env, workspace, segment)).count
  return (profiles?.length ?? 0) + members
}
