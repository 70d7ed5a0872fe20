import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { createSource } from '../../../shared/contract/create-source.ts'
import { ask, type Given, type ReplyOf } from '../api.ts'
import { Panel } from '../components/panel.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { NewPage } from '../lists/new-page.tsx'
import { queries } from '../queries.ts'
import { t } from '../words/words.ts'
import { SecretOnce } from './sources/secret-once.tsx'
import { sourceForm } from './sources/source-form.ts'
import { type SourceType, sourceTypesQuery } from './sources/source-queries.ts'

const route = getRouteApi('/inside/sources/new')

/** What sends is chosen first; then it has a name, and whatever its kind wants to know. */
export function NewSourcePage() {
  const { type: chosen } = route.useSearch()
  const types = useQuery(sourceTypesQuery)
  const type = types.data?.types.find((one) => keyOf(one) === chosen)
  return (
    <NewPage
      query={types}
      list={{ to: '/sources', label: t('nav.sources') }}
      scope="sources:write"
      here="/sources/new"
      title={t('sources.new')}
      lead={t('sources.newLead')}
      chosen={type && { title: t('sources.newOf', { title: titleOf(type) }), about: type.about }}
      types={
        types.data?.types.map((one) => ({
          key: keyOf(one),
          title: titleOf(one),
          about: one.about,
          group: one.kind === 'webhook' ? t('sources.providers') : t('sources.own'),
        })) ?? []
      }
      linkTo={(key) => ({ to: '/sources/new', search: { type: key } })}
    >
      {type ? <NewForm key={keyOf(type)} type={type} /> : null}
    </NewPage>
  )
}

function NewForm({ type }: { readonly type: SourceType }) {
  const navigate = useNavigate()
  const [made, setMade] = useState<ReplyOf<typeof createSource>>()
  const open = (id: string) => void navigate({ to: '/sources/$id', params: { id }, search: { tab: 'keys' } })
  async function create(value: Readonly<Record<string, unknown>>) {
    // The form is made of the schema of this very body.
    const body = { ...value, kind: type.kind, provider: type.provider } as Given<typeof createSource>['body']
    const source = await ask<typeof createSource>('post', '/api/v1/sources', { body })
    await queries.invalidateQueries({ queryKey: ['sources'] })
    toast(t('sources.made', { name: source.name }))
    if (source.secretKey) setMade(source)
    else open(source.id)
  }
  return (
    <Panel title={t('lists.general')}>
      <DocumentForm
        form={sourceForm(type)}
        value={{ name: type.kind === 'webhook' ? type.title : '' }}
        submitLabel={t('sources.create')}
        submit={create}
      />
      {made?.secretKey ? <SecretOnce secret={made.secretKey} close={() => open(made.id)} /> : null}
    </Panel>
  )
}

function keyOf({ kind, provider }: SourceType): string {
  return provider ?? kind
}

function titleOf({ kind, title }: SourceType): string {
  return kind === 'webhook' ? title : t(`sources.kind.${kind}`)
}
