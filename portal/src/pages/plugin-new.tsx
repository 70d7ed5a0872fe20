import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { createPlugin } from '../../../shared/contract/create-plugin.ts'
import { ask, type Given } from '../api.ts'
import { buttonLook } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { group } from '../form/field.ts'
import { BackLink } from '../lists/back-link.tsx'
import { TypeGallery } from '../lists/type-gallery.tsx'
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
    <Page
      title={type ? t('plugins.newOf', { title: type.title }) : t('plugins.new')}
      lead={
        <>
          <BackLink to="/plugins" label={t('nav.plugins')} />
          <span className="mt-1 block">{type ? type.about : t('plugins.newLead')}</span>
        </>
      }
      actions={
        type ? (
          <Link to="/plugins/new" className={buttonLook()}>
            {t('lists.changeType')}
          </Link>
        ) : null
      }
    >
      {types.isPending ? <Loading /> : null}
      {types.isError ? <Problem fault={types.error} retry={() => void types.refetch()} /> : null}
      {types.data && !type ? (
        <TypeGallery
          types={all
            .filter(({ installedAs }) => installedAs !== 'import')
            .map(({ name, title, about, kind }) => ({ key: name, title, about, group: t(`plugins.kindIs.${kind}`) }))}
          linkTo={(key) =>
            all.some(({ name, installedAs }) => name === key && installedAs === 'source')
              ? { to: '/sources/new', search: { type: key } }
              : { to: '/plugins/new', search: { type: key } }
          }
        />
      ) : null}
      {type ? <NewForm key={type.name} type={type} /> : null}
    </Page>
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
