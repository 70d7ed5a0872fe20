import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { createTransformation } from '../../../shared/contract/create-transformation.ts'
import { ApiError, ask, type Given } from '../api.ts'
import { Json } from '../components/json.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { BackLink } from '../lists/back-link.tsx'
import { ThingActions } from '../lists/thing-page.tsx'
import { queries } from '../queries.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { usePluginChoices } from './plugins/use-plugin-choices.ts'
import { LivePreview, type PreviewBody } from './transformations/live-preview.tsx'
import { formPath, formValue, rulesOf, transformationForm } from './transformations/transformation-form.ts'
import {
  changeTransformation,
  deleteLater,
  type Transformation,
  type TransformationBody,
  transformationQuery,
} from './transformations/transformation-queries.ts'

const route = getRouteApi('/inside/transformations/$id')

/** One transformation, or a new one, beside what it makes of an event. */
export function TransformationPage() {
  const { id } = route.useParams()
  const isNew = id === 'new'
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const found = useQuery({ ...transformationQuery(id), enabled: !isNew })
  const back = <BackLink to="/transformations" label={t('nav.transformations')} />
  const isMine = may(session, 'transformations:write')
  if (isNew && !isMine)
    return (
      <Page title={t('transformations.new')} lead={back}>
        <Problem fault={new ApiError(403, 'scope transformations:write')} />
      </Page>
    )
  if (!isNew && !found.data)
    return (
      <Page title={t('transformations.one')} lead={back}>
        {found.isPending ? <Loading /> : <Problem fault={found.error} retry={() => void found.refetch()} />}
      </Page>
    )
  const transformation = found.data
  return (
    <Page
      title={transformation?.name ?? t('transformations.new')}
      lead={
        <>
          {back}
          {transformation && !transformation.enabled ? (
            <span className="mt-2 block">
              <Tag tone="warn">{t('lists.off')}</Tag>
            </span>
          ) : null}
        </>
      }
      actions={
        transformation && isMine ? (
          <ThingActions
            name={transformation.name}
            isOn={transformation.enabled}
            save={(isOn) => changeTransformation(id, { enabled: isOn })}
            remove={() => {
              deleteLater(transformation)
              void navigate({ to: '/transformations', search: {} })
            }}
          />
        ) : null
      }
    >
      <Editor key={`${id} ${transformation?.version ?? 0}`} transformation={transformation} isMine={isMine} />
    </Page>
  )
}

interface EditorProps {
  readonly transformation: Transformation | undefined
  readonly isMine: boolean
}

function Editor({ transformation, isMine }: EditorProps) {
  const navigate = route.useNavigate()
  const { mapping, sources, isPending } = usePluginChoices()
  const [rules, setRules] = useState<PreviewBody>(previewOf(formValue(transformation ?? {})))
  async function save(value: Readonly<Record<string, unknown>>) {
    const { events = null, sources: from = null, name } = value
    const body = { name, events, sources: from, ...rulesOf(value) }
    if (transformation) {
      await changeTransformation(transformation.id, body as TransformationBody)
      return toast(t('form.saved'))
    }
    // What is new is tried first, and then switched on.
    const { id } = await ask<typeof createTransformation>('post', '/api/v1/transformations', {
      body: { ...body, enabled: false } as Given<typeof createTransformation>['body'],
    })
    await queries.invalidateQueries({ queryKey: ['transformations'] })
    toast(t('transformations.made'))
    await navigate({ to: '/transformations/$id', params: { id } })
  }
  if (isPending) return <Loading />
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[3fr_2fr]">
      <Panel title={t('transformations.one')}>
        {isMine ? (
          <DocumentForm
            form={transformationForm(mapping, sources)}
            value={formValue(transformation ?? {})}
            submitLabel={transformation ? t('form.save') : t('transformations.create')}
            submit={save}
            pathOf={formPath}
            watched={(value) => setRules(previewOf(value))}
          />
        ) : (
          <Json value={transformation} />
        )}
      </Panel>
      <LivePreview rules={rules} />
    </div>
  )
}

/** Of its events and sources, so that the newest of them is looked at. */
function previewOf(value: Readonly<Record<string, unknown>>): PreviewBody {
  const { events, sources } = value
  // The server says what of it is wrong.
  return { ...(events ? { events } : {}), ...(sources ? { sources } : {}), ...rulesOf(value) } as PreviewBody
}
