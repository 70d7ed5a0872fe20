import { type Field, group, type NamedField, type Option } from '../../form/field.ts'
import { readSchema, type Schema } from '../../form/read-schema.ts'
import { deliveryRules } from '../../lists/delivery-rules.ts'
import { t } from '../../words/words.ts'
import type { Destination, DestinationType } from './destination-queries.ts'

export function nameField(): NamedField {
  return { name: 'name', label: t('lists.name'), isRequired: true, field: { kind: 'text', look: 'line' } }
}

/** Of a new destination: what it cannot do without. Its rules come afterwards, when there is something to try them on. */
export function newDestinationForm(type: DestinationType): Field & { readonly kind: 'group' } {
  return group(nameField(), settingsField(type), {
    name: 'enabled',
    label: t('lists.startsOn'),
    hint: t('lists.startsOnHint'),
    isRequired: false,
    field: { kind: 'switch', default: true },
  })
}

export function destinationForm(
  type: DestinationType,
  mapping: Schema,
  segments: readonly Option[],
  destination: Destination,
): Field & { readonly kind: 'group' } {
  return group(nameField(), settingsField(type, destination), ...deliveryRules(mapping, segments))
}

function settingsField(type: DestinationType, destination?: Destination): NamedField {
  return {
    name: 'settings',
    label: t('lists.settings'),
    isRequired: true,
    // The API says settings in JSON Schema, of which this reads what it knows.
    field: readSchema(type.settings as Schema, { secrets: type.secrets, stored: destination?.settings }),
  }
}
