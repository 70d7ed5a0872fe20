import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { createPlugin } from '../../../shared/contract/create-plugin.ts'
import { ask, type Given } from '../api.ts'
import { Panel } from '../components/panel.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { group } from '../form/field.ts'
import { NewPage } from '../lists/new-page.tsx'
import { queries } from '../queries.ts'
import { t } from '../words/words.ts'
import { pluginForm } from './plugins/plugin-form.ts'
import { type PluginType, pluginTypesQuery } from './plugins/plugin-queries.ts'
import { usePluginChoices } from './plugins/use-plugin-choices.ts'

const route = getRouteApi('/inside/plugins/new')

export function NewPluginPage() {
  const { type: chosen } = route.useSearch()
  const types = useQuery(pluginTypesQuery)
  const all = types.data?.types ?? []
  const type = all.find(({ name, installedAs }) => name === chosen && installedAs === 'plugin')
  return (
    <NewPage
      query={types}
      list={{ to: '/plugins', label: t('nav.plugins') }}
      scope="plugins:write"
      here="/plugins/new"
      title={t('plugins.new')}
      lead={t('plugins.newLead')}
      chosen={type && { title: t('plugins.newOf', { title: type.title }), about: type.about }}
      types={all
        .filter(({ installedAs }) => installedAs !== 'import')
        .map(({ name, title, about, kind }) => ({ key: name, title, about, group: t(`plugins.kindIs.${kind}`) }))}
      linkTo={(key) =>
        all.some(({ name, installedAs }) => name === key && installedAs === 'source')
          ? { to: '/sources/new', search: { type: key } }
          : { to: '/plugins/new', search: { type: key } }
      }
    >
      {type ? <NewForm key={type.name} type={type} /> : null}
    </NewPage>
  )
}

function NewForm({ type }: { readonly type: PluginType }) {
  const navigate = useNavigate()
  const choices = usePluginChoices()
  const { fields } = pluginForm(type, choices)
  const form = group(...fields.slice(0, 2), {
    name: 'enabled',
    label: t('lists.startsOn'),
    hint: t('lists.startsOnHint'),
    isRequired: false,
    field: { kind: 'switch' },
  })
  async function create(value: Readonly<Record<string, unknown>>) {
    // The form is made of the schema of this very body.
    const body = { ...value, enabled: value['enabled'] === true, type: type.name } as Given<typeof createPlugin>['body']
    const { id, name } = await ask<typeof createPlugin>('post', '/api/v1/plugins', { body })
    await queries.invalidateQueries({ queryKey: ['plugins'] })
    toast(t('plugins.made', { name }))
    await navigate({ to: '/plugins/$id', params: { id }, search: type.kind === 'blocking' ? { tab: 'test' } : {} })
  }
  return (
    <Panel title={t('lists.general')}>
      <DocumentForm form={form} value={{ name: type.title }} submitLabel={t('plugins.create')} submit={create} />
    </Panel>
  )
}
