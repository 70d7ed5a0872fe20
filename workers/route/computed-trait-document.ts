import type { DefinitionRow } from '../../platform/definition-row.ts'
import type { ComputedTraitDocument } from '../../shared/contract/computed-trait-document.ts'
import { failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'

export const NO_COMPUTED_TRAIT = failure('not_found', 'there is no such computed trait')

export function computedTraitDocument(row: DefinitionRow): ComputedTraitDocument {
  const { key, name, description, definition, version } = row
  const times = { createdAt: toIso(row.created_at), updatedAt: toIso(row.updated_at) }
  return { key, name, description, aggregate: JSON.parse(definition), version, ...times }
}
