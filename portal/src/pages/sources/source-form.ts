import { type Field, group } from '../../form/field.ts'
import { readSchema, type Schema } from '../../form/read-schema.ts'
import { t } from '../../words/words.ts'
import type { Source, SourceType } from './source-queries.ts'

/** Name and settings of a source; of one that is there, with how its secrets end. */
export function sourceForm(type: SourceType, source?: Source): Field & { readonly kind: 'group' } {
  const known = { secrets: type.secrets, stored: source?.settings }
  return group(
    { name: 'name', label: t('lists.name'), isRequired: true, field: { kind: 'text', look: 'line' } },
    {
      name: 'settings',
      label: t('lists.settings'),
      isRequired: false,
      // The API says settings in JSON Schema, of which this reads what it knows.
      field: readSchema(type.settings as Schema, known),
    },
  )
}
