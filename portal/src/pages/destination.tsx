import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { patchOf } from '../form/patch.ts'
import { isObject, type Schema } from '../form/read-schema.ts'
import { rulesBody, useSegmentOptions } from '../lists/delivery-rules.ts'
import { ThingActions, ThingPage, ThingTabs } from '../lists/thing-page.tsx'
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
  const isMine = may(session, 'destinations:write')
  return (
    <ThingPage
      query={found}
      one={t('destinations.one')}
      list={{ to: '/destinations', label: t('nav.destinations') }}
      title={({ name }) => name}
      tags={({ type, enabled }) => (
        <>
          <Tag>{types.data?.types.find((one) => one.type === type)?.title ?? type}</Tag>
          {enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
          <span className="font-mono text-xs break-all">{id}</span>
        </>
      )}
      actions={(destination) =>
        isMine ? (
          <ThingActions
            name={destination.name}
            isOn={destination.enabled}
            save={(isOn) => changeDestination(id, { enabled: isOn })}
            remove={() => {
              deleteLater(destination)
              void navigate({ to: '/destinations', search: {} })
            }}
          />
        ) : null
      }
    >
      {(destination) => (
        <ThingTabs
          chosen={tab}
          choose={(search) => void navigate({ search, replace: true })}
          tabs={[
            { key: 'deliveries', label: t('destinations.deliveries'), content: <DeliveriesPanel id={id} /> },
            { key: 'dry-run', label: t('destinations.dryRun'), content: <DryRun id={id} /> },
            ...(isMine
              ? [
                  {
                    key: 'settings',
                    label: t('lists.settings'),
                    content: <Settings key={destination.version} destination={destination} />,
                  },
                  { key: 'redeliver', label: t('destinations.redeliver'), content: <Redeliver id={id} /> },
                ]
              : []),
          ]}
        />
      )}
    </ThingPage>
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
