import { changeDefinitions, deleteDefinition } from '../../platform/change-definitions.ts'
import { deleteComputedTrait } from '../../shared/contract/delete-computed-trait.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { NO_COMPUTED_TRAIT } from './computed-trait-document.ts'
import { readersOf } from './readers-of.ts'

export const deleteComputedTraitRoute = serve(deleteComputedTrait, async ({ params: { key } }, call) => {
  const changed = await changeDefinitions(call, async (definitions) => {
    if (!definitions.computedTraits.has(key)) return err(NO_COMPUTED_TRAIT)
    const readers = await readersOf('computed_trait', key, definitions, call.env, call.workspace)
    if (readers.length > 0) return err(failure('conflict', `it is read by ${readers.join(', ')}`))
    const statements = deleteDefinition(call, 'computed_trait', key)
    return ok({ statements, act: 'deleteComputedTrait', detail: { key }, build: [] })
  })
  return changed.ok ? ok(null) : changed
})
