import { listSegmentVersions } from '../../shared/contract/list-segment-versions.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { definitionVersions } from './definition-versions.ts'
import { NO_SEGMENT, sentenceOf } from './segment-document.ts'

export const listSegmentVersionsRoute = serve(listSegmentVersions, async ({ params, query }, { env, workspace }) => {
  const { rows, cursor } = await definitionVersions(env, workspace, 'segment', params.key, query)
  if (rows.length === 0 && !query.cursor) return err(NO_SEGMENT)
  const versions = rows.map(({ version, name, definition, actor, actor_name: actorName, created_at }) => {
    const condition = JSON.parse(definition)
    return { version, name, condition, sentence: sentenceOf(definition), actor, actorName, at: toIso(created_at) }
  })
  return ok({ versions, cursor })
})
