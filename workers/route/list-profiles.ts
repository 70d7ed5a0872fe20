import { searchProfiles } from '../../platform/audience.ts'
import { definitionRow } from '../../platform/definition-row.ts'
import { listProfiles } from '../../shared/contract/list-profiles.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { profileDocuments } from './profile-documents.ts'

const TRAIT = 'trait.'

/** Found by the audience shards, shown by the profiles themselves. */
export const listProfilesRoute = serve(listProfiles, async ({ query }, call) => {
  const { env, workspace } = call
  const { q, segment, limit, cursor = null, ...filters } = query
  if (segment !== undefined && !(await definitionRow(env, workspace, 'segment', segment))) {
    return unprocessable([{ path: 'segment', message: `there is no segment ${segment}` }])
  }
  // The schema lets through only texts under names that begin with `trait.`.
  const traits = Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [name.slice(TRAIT.length), String(value)]),
  )
  const page = await searchProfiles(env, workspace, {
    ...(q ? { q } : {}),
    ...(segment === undefined ? {} : { segment }),
    traits,
    limit,
    cursor,
  })
  return ok({ profiles: [...(await profileDocuments(call, page.ids))], cursor: page.cursor })
})
