import { type Field, group, type NamedField, type Option } from '../../form/field.ts'
import { readSchema, type Schema } from '../../form/read-schema.ts'
import { deliveryRules, eventsField } from '../../lists/delivery-rules.ts'
import { t } from '../../words/words.ts'
import type { Plugin, PluginType } from './plugin-queries.ts'

interface Choices {
  readonly mapping: Schema
  readonly segments: readonly Option[]
  readonly sources: readonly Option[]
}

type Group = Field & { readonly kind: 'group' }
const TEXTS: Field = { kind: 'list', item: { kind: 'text', look: 'line' } }

/** Name, settings and the rules of its kind; of one that is there, with how its secrets end. */
export function pluginForm(type: PluginType, choices: Choices, plugin?: Plugin): Group {
  const settings: NamedField = {
    name: 'settings',
    label: t('lists.settings'),
    isRequired: true,
    // The API says settings in JSON Schema, of which this reads what it knows.
    field: readSchema(type.settings as Schema, { secrets: type.secrets, stored: plugin?.settings }),
  }
  const name: NamedField = {
    name: 'name',
    label: t('lists.name'),
    isRequired: true,
    field: { kind: 'text', look: 'line' },
  }
  return group(name, settings, ...rulesOf(type, choices))
}

function rulesOf(type: PluginType, { mapping, segments, sources }: Choices): readonly NamedField[] {
  if (type.kind === 'non-blocking') return deliveryRules(mapping, segments)
  if (type.kind !== 'blocking') return []
  return [
    {
      name: 'filter',
      label: t('rules.filter'),
      hint: t('rules.filterHint'),
      isRequired: false,
      field: group(eventsField(), {
        name: 'sources',
        label: t('nav.sources'),
        isRequired: false,
        field: sources.length > 0 ? { kind: 'choices', options: sources } : TEXTS,
      }),
    },
    {
      name: 'timeoutMs',
      label: t('plugins.timeout'),
      hint: t('plugins.timeoutHint', { ms: type.timeoutMs ?? 0 }),
      isRequired: false,
      field: { kind: 'number' },
    },
    {
      name: 'onFailure',
      label: t('plugins.onFailure'),
      hint: t('plugins.onFailureHint'),
      isRequired: false,
      field: {
        kind: 'choice',
        options: [
          { value: 'continue', label: t('plugins.onFailure.continue') },
          { value: 'dead_letter', label: t('plugins.onFailure.dead_letter') },
        ],
      },
    },
  ]
}
