import { changeDefinitions, insertDefinition } from '../../platform/change-definitions.ts'
import { definitionRow } from '../../platform/definition-row.ts'
import { createComputedTrait } from '../../shared/contract/create-computed-trait.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { checkAggregate } from './check-aggregate.ts'
import { MOST_COMPUTED_TRAITS } from './check-condition.ts'
import { computedTraitDocument, NO_COMPUTED_TRAIT } from './computed-trait-document.ts'

export const createComputedTraitRoute = serve(createComputedTrait, async ({ body }, call) => {
  const { key, name, description, aggregate } = body
  const checked = checkAggregate(aggregate)
  if (!checked.ok) return checked
  const changed = await changeDefinitions(call, async ({ computedTraits }) => {
    if (computedTraits.has(key)) return err(failure('conflict', `there is a computed trait ${key} already`))
    if (computedTraits.size >= MOST_COMPUTED_TRAITS) {
      return err(
        failure('conflict', `there are ${MOST_COMPUTED_TRAITS} computed traits, which is as many as there may be`),
      )
    }
    const made = { key, name, description, definition: JSON.stringify(aggregate) }
    // Nothing can read it before it is there, so no segment needs to be built again.
    const statements = insertDefinition(call, 'computed_trait', made)
    return ok({ statements, act: 'createComputedTrait', detail: body, build: [] })
  })
  if (!changed.ok) return changed
  const row = await definitionRow(call.env, call.workspace, 'computed_trait', key)
  return row ? ok(computedTraitDocument(row)) : err(NO_COMPUTED_TRAIT)
})
