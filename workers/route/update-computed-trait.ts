import { buildAgain, changeDefinitions, updateDefinition } from '../../platform/change-definitions.ts'
import { definitionRow } from '../../platform/definition-row.ts'
import { updateComputedTrait } from '../../shared/contract/update-computed-trait.ts'
import { canonicalJson } from '../../shared/kernel/canonical-json.ts'
import { err, ok } from '../../shared/kernel/result.ts'
import { serve } from '../http/serve.ts'
import { checkAggregate } from './check-aggregate.ts'
import { unprocessable } from './check-condition.ts'
import { computedTraitDocument, NO_COMPUTED_TRAIT } from './computed-trait-document.ts'
import { segmentKeysReading } from './readers-of.ts'

export const updateComputedTraitRoute = serve(updateComputedTrait, async ({ params: { key }, body }, call) => {
  if (body.key !== undefined && body.key !== key) {
    return unprocessable([{ path: 'key', message: 'must be the key of the path: a key cannot be changed' }])
  }
  const changed = await changeDefinitions(call, async (definitions) => {
    const row = definitions.computedTraits.get(key)
    if (!row) return err(NO_COMPUTED_TRAIT)
    const { name = row.name, description = row.description } = body
    const before = JSON.parse(row.definition)
    const aggregate = body.aggregate ?? before
    const isNew = canonicalJson(aggregate) !== canonicalJson(before)
    if (!isNew && name === row.name && description === row.description) return ok(undefined)
    const checked = isNew ? checkAggregate(aggregate) : ok(undefined)
    if (!checked.ok) return checked
    const definition = isNew ? JSON.stringify(aggregate) : row.definition
    const build = isNew ? segmentKeysReading('computed_trait', key, definitions) : []
    const update = updateDefinition(call, 'computed_trait', { key, name, description, definition }, isNew)
    const statements = [...update, ...buildAgain(call, build)]
    return ok({ statements, act: 'updateComputedTrait', detail: { key, ...body }, build })
  })
  if (!changed.ok) return changed
  const row = await definitionRow(call.env, call.workspace, 'computed_trait', key)
  return row ? ok(computedTraitDocument(row)) : err(NO_COMPUTED_TRAIT)
})
