import { listComputedTraitVersions } from '../../shared/contract/list-computed-trait-versions.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_COMPUTED_TRAIT } from './computed-trait-document.ts'
import { definitionVersions } from './definition-versions.ts'

export const listComputedTraitVersionsRoute = serve(
  listComputedTraitVersions,
  async ({ params, query }, { env, workspace }) => {
    const { rows, cursor } = await definitionVersions(env, workspace, 'computed_trait', params.key, query)
    if (rows.length === 0 && !query.cursor) return err(NO_COMPUTED_TRAIT)
    const versions = rows.map(({ version, name, definition, actor, actor_name: actorName, created_at }) => {
      return { version, name, aggregate: JSON.parse(definition), actor, actorName, at: toIso(created_at) }
    })
    return ok({ versions, cursor })
  },
)
