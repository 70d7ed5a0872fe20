import { definitionRow } from '../../platform/definition-row.ts'
import { readComputedTrait } from '../../shared/contract/read-computed-trait.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { computedTraitDocument, NO_COMPUTED_TRAIT } from './computed-trait-document.ts'

export const readComputedTraitRoute = serve(readComputedTrait, async ({ params }, { env, workspace }) => {
  const row = await definitionRow(env, workspace, 'computed_trait', params.key)
  return row ? ok(computedTraitDocument(row)) : err(NO_COMPUTED_TRAIT)
})
