import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { listTrackingPlans } from '../../../shared/contract/list-tracking-plans.ts'
import { ask } from '../api.ts'
import { Button } from '../components/button.tsx'
import { Figure, Item, itemLink } from '../components/item-list.tsx'
import { fits, TextFilter } from '../components/list-filters.tsx'
import { Tag } from '../components/tag.tsx'
import { useLeaving } from '../components/toast.tsx'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
import { ListPage } from '../lists/list-page.tsx'
import { PAGE_SIZE, useListed } from '../lists/use-listed.ts'
import { may, sessionQuery } from '../session.ts'
import { number, t } from '../words/words.ts'
import { DraftPlan } from './plans/draft-plan.tsx'
import { NewPlan } from './plans/new-plan.tsx'
import { changePlan, type Plan, VIOLATION_KINDS, violationsQuery } from './plans/plan-queries.ts'

const route = getRouteApi('/inside/plans')

/** What events a workspace expects, and how often they come otherwise. */
export function PlansPage() {
  const { q } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const [open, setOpen] = useState<'new' | 'draft'>()
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['plans', 'list'],
    page: (cursor, signal) =>
      ask<typeof listTrackingPlans>('get', '/api/v1/tracking-plans', { query: { cursor, limit: PAGE_SIZE } }, signal),
    items: ({ trackingPlans }) => trackingPlans,
    isWhole: Boolean(q),
  })
  const there = items.filter(({ id }) => !leaving.has(id))
  const shown = there.filter(({ name, events }) => fits(q, name, ...events.map((event) => event.name)))
  const isMine = may(session, 'tracking-plans:write')
  return (
    <ListPage
      title={t('nav.plans')}
      lead={t('plans.lead')}
      query={query}
      count={there.length}
      none={{ title: t('plans.none'), hint: t('plans.noneHint') }}
      items={shown}
      item={(plan) => <PlanItem key={plan.id} plan={plan} isMine={isMine} />}
      actions={
        isMine ? (
          <>
            <Button onClick={() => setOpen('draft')}>{t('plans.draft')}</Button>
            <Button look="main" onClick={() => setOpen('new')}>
              {t('plans.new')}
            </Button>
          </>
        ) : null
      }
      filters={
        <TextFilter
          label={t('plans.search')}
          asked={q}
          ask={(text) => void navigate({ search: { q: text }, replace: true })}
        />
      }
    >
      {open === 'new' ? <NewPlan close={() => setOpen(undefined)} /> : null}
      {open === 'draft' ? <DraftPlan close={() => setOpen(undefined)} /> : null}
    </ListPage>
  )
}

function PlanItem({ plan, isMine }: { readonly plan: Plan; readonly isMine: boolean }) {
  const { id, name, mode, events, sources } = plan
  return (
    <Item
      link={
        <Link to="/plans/$id" params={{ id }} className={itemLink}>
          {name}
        </Link>
      }
      tags={<Tag tone={mode === 'enforce' ? 'accent' : 'plain'}>{t(`plans.mode.${mode}`)}</Tag>}
      sub={`${t('plans.eventCount', { n: events.length })} · ${sources ? t('plans.sourceCount', { n: sources.length }) : t('plans.everySource')}`}
      health={<Health id={id} />}
      actions={
        <EnabledSwitch
          name={t('plans.enforcing', { name })}
          isOn={mode === 'enforce'}
          disabled={!isMine}
          save={(isOn) => changePlan(id, { mode: isOn ? 'enforce' : 'observe' })}
        />
      }
    />
  )
}

/** Violations of the last week, by kind. */
function Health({ id }: { readonly id: string }) {
  const { data, isError } = useQuery(violationsQuery(id))
  if (!data) return <span className="text-muted">{isError ? t('lists.notRead') : '…'}</span>
  const seen = data.events.reduce((sum, { total }) => sum + total, 0)
  if (data.violations.length === 0)
    return <span className="text-muted">{seen > 0 ? t('plans.allValid', { n: seen }) : t('lists.never')}</span>
  return VIOLATION_KINDS.map((kind) => {
    const count = data.violations.reduce((sum, one) => sum + (one.kind === kind ? one.count : 0), 0)
    return count > 0 ? <Figure key={kind} value={number(count)} label={t(`plans.kind.${kind}`)} tone="bad" /> : null
  })
}
