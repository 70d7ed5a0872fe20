import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { createDestination } from '../../../shared/contract/create-destination.ts'
import { ask, type Given } from '../api.ts'
import { Panel } from '../components/panel.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { NewPage } from '../lists/new-page.tsx'
import { queries } from '../queries.ts'
import { t } from '../words/words.ts'
import { newDestinationForm } from './destinations/destination-form.ts'
import { type DestinationType, destinationTypesQuery } from './destinations/destination-queries.ts'

const route = getRouteApi('/inside/destinations/new')

export function NewDestinationPage() {
  const { type: chosen } = route.useSearch()
  const types = useQuery(destinationTypesQuery)
  const type = types.data?.types.find((one) => one.type === chosen)
  return (
    <NewPage
      query={types}
      list={{ to: '/destinations', label: t('nav.destinations') }}
      scope="destinations:write"
      here="/destinations/new"
      title={t('destinations.new')}
      lead={t('destinations.newLead')}
      chosen={type && { title: t('destinations.newOf', { title: type.title }), about: type.about }}
      types={types.data?.types.map((one) => ({ key: one.type, title: one.title, about: one.about })) ?? []}
      linkTo={(key) => ({ to: '/destinations/new', search: { type: key } })}
    >
      {type ? <NewForm key={type.type} type={type} /> : null}
    </NewPage>
  )
}

function NewForm({ type }: { readonly type: DestinationType }) {
  const navigate = useNavigate()
  async function create(value: Readonly<Record<string, unknown>>) {
    // The form is made of the schema of this very body.
    const body = { ...value, enabled: value['enabled'] === true, type: type.type } as Given<
      typeof createDestination
    >['body']
    const { id, name } = await ask<typeof createDestination>('post', '/api/v1/destinations', { body })
    await queries.invalidateQueries({ queryKey: ['destinations'] })
    toast(t('destinations.made', { name }))
    await navigate({ to: '/destinations/$id', params: { id }, search: { tab: 'dry-run' } })
  }
  return (
    <Panel title={t('lists.general')}>
      <DocumentForm
        form={newDestinationForm(type)}
        value={{ name: type.title, enabled: true }}
        submitLabel={t('destinations.create')}
        submit={create}
      />
    </Panel>
  )
}
