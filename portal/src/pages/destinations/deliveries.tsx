import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { buttonLook } from '../../components/button.tsx'
import { Figure } from '../../components/item-list.tsx'
import { LastError } from '../../components/last-error.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag, type Tone } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { number, t } from '../../words/words.ts'
import { type Deliveries, deliveriesQuery } from './destination-queries.ts'

const TONES: Readonly<Record<Deliveries['lanes'][number]['state'], Tone>> = {
  closed: 'good',
  half_open: 'warn',
  open: 'bad',
}

/** How deliveries to one destination go, and its lanes. */
export function DeliveriesPanel({ id }: { readonly id: string }) {
  const deliveries = useQuery(deliveriesQuery(id))
  if (deliveries.isPending) return <Loading />
  if (deliveries.isError) return <Problem fault={deliveries.error} retry={() => void deliveries.refetch()} />
  const { counts, waiting, oldestWaitingAt, lastError, lanes } = deliveries.data
  return (
    <div className="flex flex-col gap-6">
      <Panel title={t('destinations.deliveries')}>
        <p className="flex flex-wrap gap-x-6 gap-y-1.5 text-sm">
          <Figure value={number(counts.delivered)} label={t('destinations.delivered')} />
          <Figure value={number(counts.retrying)} label={t('destinations.retrying')} />
          <Figure value={number(counts.skipped)} label={t('destinations.skipped')} />
          <Figure
            value={number(counts.dead_letter)}
            label={t('destinations.refused')}
            tone={counts.dead_letter > 0 ? 'bad' : 'plain'}
          />
          {oldestWaitingAt ? (
            <span className="text-warn">
              {number(waiting)} {t('destinations.waitingSince')} <Time at={oldestWaitingAt} as="ago" />
            </span>
          ) : null}
        </p>
        {lastError ? (
          <LastError {...lastError} />
        ) : (
          <p className="mt-4 text-sm text-muted">{t('destinations.noError')}</p>
        )}
        {counts.dead_letter > 0 ? (
          <Link to="/dead-letters" search={{ stage: 'destination', text: id }} className={`${buttonLook()} mt-4`}>
            {t('destinations.letters')}
          </Link>
        ) : null}
      </Panel>
      <Panel title={t('destinations.lanes')}>
        <p className="mb-4 text-sm text-muted">{t('destinations.lanesHint')}</p>
        <ul className="text-sm">
          {lanes.map(({ lane, state, probeAt, waiting }) => (
            <li
              key={lane}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2 last:border-0"
            >
              <span className="w-20">{t('destinations.lane', { n: lane + 1 })}</span>
              <Tag tone={TONES[state]}>{t(`destinations.lane.${state}`)}</Tag>
              <span className="text-muted">
                {number(waiting)} {t('destinations.waiting')}
              </span>
              {probeAt ? (
                <span className="text-muted">
                  {t('destinations.probe')} <Time at={probeAt} as="clock" />
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}
