import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Button } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tabs } from '../components/tabs.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { patchOf } from '../form/patch.ts'
import { isObject, type Schema } from '../form/read-schema.ts'
import { BackLink } from '../lists/back-link.tsx'
import { rulesBody, useSegmentOptions } from '../lists/delivery-rules.ts'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { DeliveriesPanel } from './destinations/deliveries.tsx'
import { destinationForm } from './destinations/destination-form.ts'
import {
  changeDestination,
  type Destination,
  deleteLater,
  destinationQuery,
  destinationTypesQuery,
} from './destinations/destination-queries.ts'
import { DryRun } from './destinations/dry-run.tsx'
import { Redeliver } from './destinations/redeliver.tsx'

const route = getRouteApi('/inside/destinations/$id')

/** One destination: how it goes, what it would send, its settings and rules, and what happened once more. */
export function DestinationPage() {
  const { id } = route.useParams()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const types = useQuery(destinationTypesQuery)
  const found = useQuery(destinationQuery(id))
  const back = <BackLink to="/destinations" label={t('nav.destinations')} />
  if (!found.data)
    return (
      <Page title={t('destinations.one')} lead={back}>
        {found.isPending ? <Loading /> : <Problem fault={found.error} retry={() => void found.refetch()} />}
      </Page>
    )
  const destination = found.data
  const isMine = may(session, 'destinations:write')
  const title = types.data?.types.find(({ type }) => type === destination.type)?.title ?? destination.type
  const mine = [
    {
      key: 'settings',
      label: t('lists.settings'),
      content: <Settings key={destination.version} {...{ destination }} />,
    },
    { key: 'redeliver', label: t('destinations.redeliver'), content: <Redeliver id={id} /> },
  ]
  return (
    <Page
      title={destination.name}
      lead={
        <>
          {back}
          <span className="mt-2 flex flex-wrap items-center gap-2.5 text-sm">
            <Tag>{title}</Tag>
            {destination.enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
            <span className="font-mono text-xs break-all">{id}</span>
          </span>
        </>
      }
      actions={
        isMine ? (
          <>
            <Button
              look="danger"
              onClick={() => {
                deleteLater(destination)
                void navigate({ to: '/destinations', search: {} })
              }}
            >
              {t('lists.delete')}
            </Button>
            <span className="flex items-center px-1">
              <EnabledSwitch
                name={destination.name}
                isOn={destination.enabled}
                save={(isOn) => changeDestination(id, { enabled: isOn })}
              />
            </span>
          </>
        ) : null
      }
    >
      <Tabs
        label={t('lists.views')}
        chosen={tab}
        choose={(next) => void navigate({ search: next ? { tab: next } : {}, replace: true })}
        tabs={[
          { key: 'deliveries', label: t('destinations.deliveries'), content: <DeliveriesPanel id={id} /> },
          { key: 'dry-run', label: t('destinations.dryRun'), content: <DryRun id={id} /> },
          ...(isMine ? mine : []),
        ]}
      />
    </Page>
  )
}

function Settings({ destination }: { readonly destination: Destination }) {
  const types = useQuery(destinationTypesQuery)
  const { segments, isPending } = useSegmentOptions()
  if (types.isPending || isPending) return <Loading />
  if (types.isError) return <Problem fault={types.error} retry={() => void types.refetch()} />
  const type = types.data.types.find((one) => one.type === destination.type)
  if (!type) return <Problem fault={new Error(destination.type)} />
  const { secrets } = type
  async function save({ name, settings, ...rules }: Readonly<Record<string, unknown>>) {
    const after = isObject(settings) ? settings : {}
    const patch = patchOf(destination.settings, after, secrets)
    // The form is made of the schemas of this very body.
    const body = { name, settings: patch, ...rulesBody(rules) } as Parameters<typeof changeDestination>[1]
    await changeDestination(destination.id, body)
    toast(t('form.saved'))
  }
  return (
    <Panel title={t('lists.settings')}>
      <DocumentForm
        form={destinationForm(type, types.data.mapping as Schema, segments, destination)}
        value={destination}
        submitLabel={t('form.save')}
        submit={save}
      />
    </Panel>
  )
}
