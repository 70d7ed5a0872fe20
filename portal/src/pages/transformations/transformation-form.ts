import { type Field, group, type Option } from '../../form/field.ts'
import { isObject, readSchema, type Schema } from '../../form/read-schema.ts'
import { eventsField } from '../../lists/delivery-rules.ts'
import { t } from '../../words/words.ts'
import type { Transformation } from './transformation-queries.ts'

type Value = Readonly<Record<string, unknown>>

/** `rules` is either of two things in the form; in the document they are two fields. */
export function transformationForm(mapping: Schema, sources: readonly Option[]): Field & { readonly kind: 'group' } {
  const texts: Field = { kind: 'list', item: { kind: 'text', look: 'line' } }
  return group(
    { name: 'name', label: t('lists.name'), isRequired: true, field: { kind: 'text', look: 'line' } },
    eventsField(t('transformations.eventsHint')),
    {
      name: 'sources',
      label: t('nav.sources'),
      hint: t('plans.sourcesHint'),
      isRequired: false,
      field: sources.length > 0 ? { kind: 'choices', options: sources } : texts,
    },
    {
      name: 'rules',
      label: t('transformations.rules'),
      isRequired: true,
      field: {
        kind: 'variants',
        by: 'by',
        byLabel: t('transformations.by'),
        variants: [
          {
            value: 'steps',
            label: t('transformations.steps'),
            fields: [
              { name: 'steps', label: t('transformations.steps'), isRequired: true, field: readSchema(mapping) },
            ],
          },
          {
            value: 'code',
            label: t('transformations.code'),
            hint: t('transformations.codeHint'),
            fields: [
              {
                name: 'code',
                label: t('transformations.code'),
                isRequired: true,
                field: { kind: 'text', look: 'code' },
              },
            ],
          },
        ],
      },
    },
  )
}

export function formValue({ name, events, sources, steps, code }: Partial<Transformation>): Value {
  return { name, events, sources, rules: code === undefined ? { by: 'steps', steps } : { by: 'code', code } }
}

/** What the form says, as a body takes it. */
export function rulesOf({ rules }: Value): { readonly steps?: unknown[]; readonly code?: string } {
  const { by, steps, code } = isObject(rules) ? rules : {}
  if (by === 'code') return typeof code === 'string' ? { code } : {}
  return { steps: Array.isArray(steps) ? steps : [] }
}

/** Paths of the server's in the words of the form. */
export function formPath(path: string): string {
  return /^(steps|code)(\.|$)/.test(path) ? `rules.${path}` : path
}
