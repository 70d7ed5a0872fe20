import { membersPage } from '../../platform/audience.ts'
import { definitionRow } from '../../platform/definition-row.ts'
import { listSegmentMembers } from '../../shared/contract/list-segment-members.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { csvFile } from './csv-file.ts'
import { NO_SEGMENT } from './segment-document.ts'

export const listSegmentMembersRoute = serve(listSegmentMembers, async ({ params: { key }, query }, call) => {
  const { env, workspace } = call
  if (!(await definitionRow(env, workspace, 'segment', key))) return err(NO_SEGMENT)
  const { members, cursor } = await membersPage(env, workspace, key, {
    limit: query.limit,
    cursor: query.cursor ?? null,
  })
  const shown = members.map(({ id, since }) => ({ id, since: toIso(since) }))
  if (query.format === 'json') return ok({ members: shown, cursor })
  const text = csvFile(
    ['id', 'since'],
    shown.map(({ id, since }) => [id, since]),
  )
  const headers = {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${key}.csv"`,
    ...(cursor === null ? {} : { 'X-Next-Cursor': cursor }),
  }
  return ok(new Response(text, { headers }))
})
