import { queryOptions, useQuery } from '@tanstack/react-query'
import { Loading, Problem } from '../../components/states.tsx'
import { type Field, group, labelOf } from '../../form/field.ts'
import { isObject, readSchema, type Schema } from '../../form/read-schema.ts'
import { t } from '../../words/words.ts'
import { deepPatch } from './deep-patch.ts'
import type { Workspace } from './settings-queries.ts'
import { WorkspaceForm } from './workspace-form.tsx'

const STAGES = ['transform', 'plan', 'enrich', 'plugins'] as const

/** The options of enrichment as the API documents them: so none is missing here that is invented there. */
const enrichSchemaQuery = queryOptions({
  queryKey: ['workspace', 'enrich-schema'],
  queryFn: async ({ signal }) => {
    const response = await fetch('/api/openapi.json', { signal })
    if (!response.ok) throw new Error(response.statusText)
    return enrichSchemaIn(await response.json())
  },
  staleTime: Number.POSITIVE_INFINITY,
})

const WAY = ['components', 'schemas', 'Workspace', 'properties', 'settings', 'properties', 'pipeline', 'properties']

function enrichSchemaIn(document: unknown): Schema {
  const found = [...WAY, 'enrich'].reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), document)
  return isObject(found) ? withoutNull(found) : {}
}

/** What may be null may be left empty. */
function withoutNull(schema: Schema): Schema {
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null')
  const { anyOf: _, ...rest } = schema
  if (only && others.length === 0) return withoutNull({ ...rest, ...only })
  if (!schema.properties) return schema
  const inner = Object.entries(schema.properties).map(([name, one]) => [name, withoutNull(one)])
  return { ...schema, properties: Object.fromEntries(inner) }
}

function formWith(enrich: Field) {
  return group(
    {
      name: 'stages',
      label: t('pipeline.stages'),
      hint: t('pipeline.stagesHint'),
      isRequired: false,
      field: {
        kind: 'list',
        item: { kind: 'choice', options: STAGES.map((one) => ({ value: one, label: t(`pipeline.${one}`) })) },
        look: 'rows',
        default: STAGES,
      },
    },
    { name: 'enrich', label: t('pipeline.enrichment'), isRequired: true, field: withLabels(enrich) },
    {
      name: 'sources',
      label: t('pipeline.sources'),
      hint: t('pipeline.sourcesHint'),
      isRequired: false,
      field: { kind: 'json' },
    },
  )
}

function withLabels(field: Field): Field {
  if (field.kind !== 'group') return field
  return { ...field, fields: field.fields.map((one) => ({ ...one, label: labelOf(one.name) })) }
}

function value({ settings: { pipeline } }: Workspace) {
  return { stages: pipeline.stages, enrich: pipeline.enrich, sources: pipeline.sources }
}

/** Which stages an event goes through, in which order, and what enrichment adds. */
export function PipelineSettings() {
  const schema = useQuery(enrichSchemaQuery)
  if (schema.isPending) return <Loading />
  if (schema.isError) return <Problem fault={schema.error} retry={() => void schema.refetch()} />
  return (
    <WorkspaceForm
      title={t('settings.tab.pipeline')}
      lead={t('pipeline.lead')}
      form={() => formWith(readSchema(schema.data))}
      value={value}
      change={(said, workspace) => ({ pipeline: deepPatch(value(workspace), said) })}
      pathOf={(path) => path.replace(/^pipeline\./, '')}
    />
  )
}
