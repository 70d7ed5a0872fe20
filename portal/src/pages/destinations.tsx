import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { listDestinations } from '../../../shared/contract/list-destinations.ts'
import { ask, type Given } from '../api.ts'
import { buttonLook } from '../components/button.tsx'
import { Select } from '../components/field.tsx'
import { Item, itemLink } from '../components/item-list.tsx'
import { fits, TextFilter } from '../components/list-filters.tsx'
import { Tag } from '../components/tag.tsx'
import { useLeaving } from '../components/toast.tsx'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
import { ListPage } from '../lists/list-page.tsx'
import { PAGE_SIZE, useListed } from '../lists/use-listed.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { DeliveryHealth } from './destinations/delivery-health.tsx'
import { changeDestination, type Destination, destinationTypesQuery } from './destinations/destination-queries.ts'

const route = getRouteApi('/inside/destinations')

/** Where events go, and how that goes. */
export function DestinationsPage() {
  const { q, type } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const types = useQuery(destinationTypesQuery).data?.types ?? []
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['destinations', 'list', type],
    page: (cursor, signal) =>
      ask<typeof listDestinations>(
        'get',
        '/api/v1/destinations',
        // The address may say any; the server says which there are.
        { query: { type: type as TypeName, cursor, limit: PAGE_SIZE } },
        signal,
      ),
    items: ({ destinations }) => destinations,
    isWhole: Boolean(q),
  })
  const titles = new Map(types.map((one) => [one.type, one.title]))
  const shown = items.filter((one) => !leaving.has(one.id) && fits(q, one.name, one.type, titles.get(one.type)))
  const narrow = (change: { q?: string; type?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const isMine = may(session, 'destinations:write')
  return (
    <ListPage
      title={t('nav.destinations')}
      lead={t('destinations.lead')}
      query={query}
      count={items.length}
      isFiltered={type !== undefined}
      none={{ title: t('destinations.none'), hint: t('destinations.noneHint') }}
      items={shown}
      item={(one) => (
        <DestinationItem key={one.id} destination={one} title={titles.get(one.type) ?? one.type} isMine={isMine} />
      )}
      actions={
        isMine ? (
          <Link to="/destinations/new" className={buttonLook('main')}>
            {t('destinations.new')}
          </Link>
        ) : null
      }
      filters={
        <>
          <TextFilter label={t('lists.search')} asked={q} ask={(text) => narrow({ q: text })} />
          <Select
            label={t('destinations.type')}
            value={type ?? ''}
            onChange={({ target }) => narrow({ type: target.value })}
            options={[
              { value: '', label: t('destinations.anyType') },
              ...types.map((one) => ({ value: one.type, label: one.title })),
            ]}
          />
        </>
      }
    />
  )
}

type TypeName = NonNullable<NonNullable<Given<typeof listDestinations>['query']>['type']>

interface ItemProps {
  readonly destination: Destination
  readonly title: string
  readonly isMine: boolean
}

function DestinationItem({ destination: { id, name, enabled }, title, isMine }: ItemProps) {
  return (
    <Item
      link={
        <Link to="/destinations/$id" params={{ id }} className={itemLink}>
          {name}
        </Link>
      }
      tags={enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
      sub={title}
      health={<DeliveryHealth id={id} />}
      actions={
        <EnabledSwitch
          name={name}
          isOn={enabled}
          disabled={!isMine}
          save={(isOn) => changeDestination(id, { enabled: isOn })}
        />
      }
    />
  )
}
