import type { JsonValue } from '../../../../shared/kernel/json.ts'
import type { LeafType } from '../../segment/blank.ts'
import type { Fields } from '../../segment/branch.ts'
import { withField } from '../../segment/edit-branch.ts'
import type { Words } from '../../words/en.ts'
import { t } from '../../words/words.ts'
import { ComparisonFields } from './fields/comparison-fields.tsx'
import { ConsentFields } from './fields/consent-fields.tsx'
import { Choice, NumberInput, TextInput } from './fields/controls.tsx'
import { CountFields } from './fields/count-fields.tsx'
import { DurationInput } from './fields/duration-input.tsx'
import { OptionalValue } from './fields/optional-value.tsx'
import { StepsFields } from './fields/steps-fields.tsx'
import { ValueInput } from './fields/value-input.tsx'
import { WhereFields } from './fields/where-fields.tsx'
import { WindowFields } from './fields/window-fields.tsx'
import { type Field, LEAF_FORMS, type Source } from './leaf-forms.ts'
import { type Suggestions, useSuggestions } from './use-suggestions.ts'

interface Props {
  readonly fields: Fields
  /** Of what is in the condition: `conditions.1.`. */
  readonly path: string
  readonly change: (fields: Fields) => void
}

/** Everything a condition of one type says. */
export function LeafFields({ fields, path, change }: Props) {
  const forms = LEAF_FORMS[fields['type'] as LeafType] ?? []
  return forms.map((field) => (
    <LeafField
      key={'name' in field ? field.name : field.kind}
      field={field}
      fields={fields}
      path={path}
      change={change}
    />
  ))
}

function LeafField({ field, fields, path, change }: Props & { readonly field: Field }) {
  const suggestions = useSuggestions()
  const set = (name: string, value: JsonValue | undefined) => change(withField(fields, name, value))
  const event = textOf(fields['name'] ?? fields['event'])
  switch (field.kind) {
    case 'text': {
      const { name, label, of, isOptional } = field
      return (
        <TextInput
          label={t(label)}
          path={path + name}
          value={textOf(fields[name])}
          change={(text) => set(name, text === '' && isOptional ? undefined : text)}
          suggestions={suggested(of, suggestions, event)}
        />
      )
    }
    case 'choice': {
      const options = field.values.map((value) => ({ value, label: t(`${field.name}.${value}` as keyof Words) }))
      return (
        <Choice
          label={t(field.label)}
          path={path + field.name}
          value={textOf(fields[field.name])}
          change={(value) => set(field.name, value)}
          options={options}
        />
      )
    }
    case 'number':
      return (
        <NumberInput
          label={t(field.label)}
          path={path + field.name}
          value={fields[field.name]}
          change={(n) => set(field.name, n)}
        />
      )
    case 'duration':
      return (
        <DurationInput
          label={t(field.label)}
          path={path + field.name}
          value={fields[field.name]}
          change={(text) => set(field.name, text)}
        />
      )
    case 'value': {
      const given = {
        label: t(field.label),
        path: path + field.name,
        value: fields[field.name],
        change: (value: JsonValue | undefined) => set(field.name, value),
        known: suggestions.traits.get(textOf(fields['path'])),
      }
      return field.isOptional ? <OptionalValue {...given} /> : <ValueInput {...given} />
    }
    case 'comparison':
      return (
        <ComparisonFields
          path={path}
          operators={field.operators}
          isNumeric={field.isNumeric ?? false}
          op={fields['op']}
          value={fields['value']}
          change={({ op, value }) => change(withField(withField(fields, 'op', op), 'value', value))}
          known={suggestions.traits.get(textOf(fields['path']))}
        />
      )
    case 'where':
      return (
        <WhereFields
          label={t(field.label)}
          path={path + field.name}
          event={event}
          value={fields[field.name]}
          change={(tests) => set(field.name, tests)}
          isRequired={field.name === 'has'}
        />
      )
    case 'window':
      return (
        <WindowFields
          path={`${path}window`}
          value={fields['window']}
          change={(window) => set('window', window)}
          isRequired={field.isRequired ?? false}
        />
      )
    case 'count':
      return <CountFields path={`${path}count`} value={fields['count']} change={(count) => set('count', count)} />
    case 'steps':
      return <StepsFields path={`${path}steps`} value={fields['steps']} change={(steps) => set('steps', steps)} />
    case 'consent':
      return <ConsentFields fields={fields} path={path} change={change} />
    case 'segment':
      return (
        <Choice
          label={t('field.segment')}
          path={`${path}key`}
          value={textOf(fields['key'])}
          change={(key) => set('key', key)}
          options={[{ value: '', label: t('field.choose') }, ...suggestions.segments]}
        />
      )
    case 'exists':
      return (
        <Choice
          label={t('field.presence')}
          path={`${path}exists`}
          value={fields['exists'] === false ? 'no' : 'yes'}
          change={(value) => set('exists', value === 'yes')}
          options={[
            { value: 'yes', label: t('op.exists') },
            { value: 'no', label: t('op.not_exists') },
          ]}
        />
      )
  }
}

function suggested(of: Source, suggestions: Suggestions, event: string): readonly string[] {
  switch (of) {
    case 'traits':
      return [...suggestions.traits.keys()]
    case 'properties':
      return [...suggestions.propertiesOf(event).keys()]
    case 'nothing':
      return []
    default:
      return suggestions[of]
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
