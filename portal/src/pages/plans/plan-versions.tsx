import { useMutation } from '@tanstack/react-query'
import type { listTrackingPlanVersions } from '../../../../shared/contract/list-tracking-plan-versions.ts'
import { ask, type ReplyOf } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Item, ItemList } from '../../components/item-list.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { toast } from '../../components/toasts.ts'
import { Listing } from '../../lists/listing.tsx'
import { tellFault } from '../../lists/tell-fault.ts'
import { PAGE_SIZE, useListed } from '../../lists/use-listed.ts'
import { t } from '../../words/words.ts'
import { changePlan, type Plan, type PlanBody } from './plan-queries.ts'

type Version = ReplyOf<typeof listTrackingPlanVersions>['versions'][number]

/** What a plan was, and the way back to it. */
export function PlanVersions({ plan, isMine }: { readonly plan: Plan; readonly isMine: boolean }) {
  const { query, items } = useListed({
    queryKey: ['plans', 'versions', plan.id],
    page: (cursor, signal) =>
      ask<typeof listTrackingPlanVersions>(
        'get',
        '/api/v1/tracking-plans/{planId}/versions',
        { params: { planId: plan.id }, query: { cursor, limit: PAGE_SIZE } },
        signal,
      ),
    items: ({ versions }) => versions,
  })
  const restore = useMutation({
    mutationFn: ({ version: _, actor: __, actorName: ___, at: ____, ...rules }: Version) =>
      changePlan(plan.id, { ...rules, sources: rules.sources ?? null } as PlanBody),
    onSuccess: (_, { version }) => toast(t('plans.restored', { n: version })),
    onError: tellFault,
  })
  return (
    <Listing query={query} count={items.length} shown={items.length} none={{ title: t('plans.noVersions'), hint: '' }}>
      <ItemList label={t('plans.versions')}>
        {items.map((one) => (
          <Item
            key={one.version}
            link={<span className="font-medium">{t('plans.version', { n: one.version })}</span>}
            tags={
              <>
                <Tag tone={one.mode === 'enforce' ? 'accent' : 'plain'}>{t(`plans.mode.${one.mode}`)}</Tag>
                {one.version === plan.version ? <Tag tone="good">{t('plans.current')}</Tag> : null}
              </>
            }
            sub={`${t('plans.eventCount', { n: one.events.length })} · ${one.actorName ?? one.actor}`}
            health={
              <span className="text-muted">
                <Time at={one.at} />
              </span>
            }
            actions={
              isMine && one.version !== plan.version ? (
                <Button disabled={restore.isPending} onClick={() => restore.mutate(one)}>
                  {t('plans.restore')} <span className="sr-only">{t('plans.version', { n: one.version })}</span>
                </Button>
              ) : null
            }
          />
        ))}
      </ItemList>
    </Listing>
  )
}
