import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { listTransformations } from '../../../shared/contract/list-transformations.ts'
import { ask } from '../api.ts'
import { buttonLook } from '../components/button.tsx'
import { Item, itemLink } from '../components/item-list.tsx'
import { fits, TextFilter } from '../components/list-filters.tsx'
import { Tag } from '../components/tag.tsx'
import { useLeaving } from '../components/toast.tsx'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
import { ListPage } from '../lists/list-page.tsx'
import { Mover } from '../lists/mover.tsx'
import type { Placed } from '../lists/order.ts'
import { useListed } from '../lists/use-listed.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { changeTransformation } from './transformations/transformation-queries.ts'

const route = getRouteApi('/inside/transformations')

/** What rewrites or filters events before anything else sees them, in the order in which it runs. */
export function TransformationsPage() {
  const { q } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['transformations', 'list'],
    page: (cursor, signal) =>
      ask<typeof listTransformations>('get', '/api/v1/transformations', { query: { cursor, limit: '200' } }, signal),
    items: ({ transformations }) => transformations,
    isWhole: true,
  })
  const there = items.filter(({ id }) => !leaving.has(id))
  const shown = there.filter(({ name, events = [] }) => fits(q, name, ...events))
  const isMine = may(session, 'transformations:write')
  return (
    <ListPage
      title={t('nav.transformations')}
      lead={t('transformations.lead')}
      query={query}
      count={there.length}
      none={{ title: t('transformations.none'), hint: t('transformations.noneHint') }}
      items={shown}
      item={({ id, name, enabled, events, sources, code, steps = [] }) => (
        <Item
          key={id}
          link={
            <Link to="/transformations/$id" params={{ id }} className={itemLink}>
              {name}
            </Link>
          }
          tags={
            <>
              <Tag>
                {code === undefined ? t('transformations.stepCount', { n: steps.length }) : t('transformations.code')}
              </Tag>
              {enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
            </>
          }
          sub={`${events?.join(', ') ?? t('transformations.everyEvent')} · ${sources ? t('plans.sourceCount', { n: sources.length }) : t('plans.everySource')}`}
          actions={
            <>
              {isMine && there.length > 1 ? <Mover name={name} id={id} all={there} save={saveOrder} /> : null}
              <EnabledSwitch
                name={name}
                isOn={enabled}
                disabled={!isMine}
                save={(isOn) => changeTransformation(id, { enabled: isOn })}
              />
            </>
          }
        />
      )}
      actions={
        isMine ? (
          <Link to="/transformations/$id" params={{ id: 'new' }} className={buttonLook('main')}>
            {t('transformations.new')}
          </Link>
        ) : null
      }
      filters={
        <TextFilter
          label={t('transformations.search')}
          asked={q}
          ask={(text) => void navigate({ search: { q: text }, replace: true })}
        />
      }
    />
  )
}

async function saveOrder(changed: readonly Placed[]): Promise<void> {
  for (const { id, position } of changed) await changeTransformation(id, { position })
}
