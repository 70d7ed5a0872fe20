import { definitionPage } from '../../platform/definition-row.ts'
import { listComputedTraits } from '../../shared/contract/list-computed-traits.ts'
import { encodeCursor } from '../../shared/kernel/cursor.ts'
import { ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { computedTraitDocument } from './computed-trait-document.ts'

export const listComputedTraitsRoute = serve(listComputedTraits, async ({ query }, { env, workspace }) => {
  const { rows, more } = await definitionPage(env, workspace, 'computed_trait', query.cursor?.id ?? '', query.limit)
  const last = rows.at(-1)
  const cursor = more && last ? encodeCursor({ at: last.created_at, id: last.key }) : null
  return ok({ computedTraits: rows.map(computedTraitDocument), cursor })
})
