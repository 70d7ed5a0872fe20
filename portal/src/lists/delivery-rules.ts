import { useQuery } from '@tanstack/react-query'
import type { listSegments } from '../../../shared/contract/list-segments.ts'
import { ask } from '../api.ts'
import { type Field, group, type NamedField, type Option } from '../form/field.ts'
import { isObject, readSchema, type Schema } from '../form/read-schema.ts'
import { t } from '../words/words.ts'

const TEXTS: Field = { kind: 'list', item: { kind: 'text', look: 'line' } }

/** The events that something is about. */
export function eventsField(hint = t('rules.eventsHint')): NamedField {
  return { name: 'events', label: t('rules.events'), hint, isRequired: false, field: TEXTS }
}

/** Segments to choose from; none for whoever may not read them, who types their keys. */
export function useSegmentOptions(): { readonly isPending: boolean; readonly segments: readonly Option[] } {
  const { data, isPending } = useQuery({
    queryKey: ['segments', 'names'],
    queryFn: ({ signal }) => ask<typeof listSegments>('get', '/api/v1/segments', { query: { limit: 200 } }, signal),
    staleTime: 60_000,
  })
  return { isPending, segments: data?.segments.map(({ key, name }) => ({ value: key, label: name })) ?? [] }
}

/** Whom somebody hears of, and as what: the rules of every delivery, of destinations and of plugins that observe. */
export function deliveryRules(mapping: Schema, segments: readonly Option[]): readonly NamedField[] {
  return [
    {
      name: 'filter',
      label: t('rules.filter'),
      hint: t('rules.filterHint'),
      isRequired: false,
      field: group(
        eventsField(),
        {
          name: 'segments',
          label: t('rules.segments'),
          hint: t('rules.segmentsHint'),
          isRequired: false,
          field: segments.length > 0 ? { kind: 'choices', options: segments } : TEXTS,
        },
        {
          name: 'condition',
          label: t('rules.condition'),
          hint: t('rules.conditionHint'),
          isRequired: false,
          field: { kind: 'json' },
        },
      ),
    },
    {
      name: 'consent',
      label: t('rules.consent'),
      hint: t('rules.consentHint'),
      isRequired: false,
      field: group(
        { name: 'channels', label: t('rules.channels'), isRequired: false, field: TEXTS },
        { name: 'purposes', label: t('rules.purposes'), isRequired: false, field: TEXTS },
        {
          name: 'mode',
          label: t('rules.mode'),
          isRequired: true,
          field: {
            kind: 'choice',
            default: 'all',
            options: [
              { value: 'all', label: t('rules.mode.all') },
              { value: 'any', label: t('rules.mode.any') },
            ],
          },
        },
      ),
    },
    {
      name: 'mapping',
      label: t('rules.mapping'),
      hint: t('rules.mappingHint'),
      isRequired: false,
      field: readSchema(mapping),
    },
    {
      name: 'rateLimitPerSecond',
      label: t('rules.rate'),
      hint: t('rules.rateHint'),
      isRequired: false,
      field: { kind: 'number' },
    },
  ]
}

/** What a form says of the rules, as a body takes it: null takes a rule away. */
export function rulesBody({ filter, consent, mapping, rateLimitPerSecond }: Readonly<Record<string, unknown>>) {
  const { channels, purposes } = isObject(consent) ? consent : {}
  return {
    filter: filter ?? null,
    consent: (channels ?? purposes) ? consent : null,
    mapping: mapping ?? null,
    rateLimitPerSecond: rateLimitPerSecond ?? null,
  }
}
