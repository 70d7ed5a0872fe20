import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Bars } from '../../components/bars.tsx'
import { Button, buttonLook } from '../../components/button.tsx'
import { Figure } from '../../components/item-list.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { language, number, t } from '../../words/words.ts'
import { type Source, statisticsQuery } from './source-queries.ts'

const HOUR = 3_600_000
const SPANS = { today: 24, week: 168 } as const

/** What a source sent lately, by the hour. */
export function SourceOverview({ source }: { readonly source: Source }) {
  const [span, setSpan] = useState<keyof typeof SPANS>('today')
  const statistics = useQuery(statisticsQuery(source.id, SPANS[span]))
  return (
    <Panel
      title={t('sources.byHour')}
      actions={
        <span className="flex gap-1">
          {(['today', 'week'] as const).map((one) => (
            <Button
              key={one}
              look={one === span ? 'plain' : 'quiet'}
              aria-pressed={one === span}
              onClick={() => setSpan(one)}
            >
              {t(`sources.${one}`)}
            </Button>
          ))}
        </span>
      }
    >
      {statistics.isPending ? <Loading /> : null}
      {statistics.isError ? <Problem fault={statistics.error} retry={() => void statistics.refetch()} /> : null}
      {statistics.data ? <Counted span={SPANS[span]} data={statistics.data} /> : null}
      <div className="mt-6 flex flex-wrap gap-2">
        {source.kind === 'webhook' ? null : (
          <Link to="/start" search={{ source: source.id }} className={buttonLook()}>
            {t('sources.code')}
          </Link>
        )}
        {statistics.data && statistics.data.rejected > 0 ? (
          <Link to="/live" search={{ source: source.id, outcome: 'rejected' }} className={buttonLook()}>
            {t('sources.rejectedOnes')}
          </Link>
        ) : null}
      </div>
    </Panel>
  )
}

interface Hours {
  readonly lastSeen: string | null
  readonly accepted: number
  readonly rejected: number
  readonly dropped: number
  readonly hours: readonly {
    readonly hour: string
    readonly accepted: number
    readonly rejected: number
    readonly dropped: number
  }[]
}

function Counted({ span, data }: { readonly span: number; readonly data: Hours }) {
  const { lastSeen, accepted, rejected, dropped, hours } = data
  const known = new Map(hours.map((one) => [Date.parse(one.hour), one]))
  const now = Date.now()
  const last = now - (now % HOUR)
  const bars = Array.from({ length: span }, (_, i) => {
    const at = last - (span - 1 - i) * HOUR
    const counts = known.get(at) ?? { accepted: 0, rejected: 0, dropped: 0 }
    const { accepted, rejected, dropped } = counts
    return {
      key: String(at),
      value: accepted + rejected,
      label: `${hourOf(at)}: ${t('sources.hour', { accepted, rejected, dropped })}`,
      isBad: rejected > accepted,
    }
  })
  return (
    <>
      <p className="mb-5 flex flex-wrap gap-x-6 gap-y-1 text-sm">
        <Figure value={number(accepted)} label={t('sources.accepted')} />
        <Figure value={number(rejected)} label={t('sources.rejected')} tone={rejected > 0 ? 'bad' : 'plain'} />
        <Figure value={number(dropped)} label={t('sources.dropped')} tone={dropped > 0 ? 'warn' : 'plain'} />
        <span className="text-muted">
          {t('lists.lastEvent')} {lastSeen ? <Time at={lastSeen} as="ago" /> : t('lists.never')}
        </span>
      </p>
      {hours.length === 0 ? (
        <p className="py-6 text-sm text-muted">{t('sources.nothingSent')}</p>
      ) : (
        <Bars label={t('sources.byHour')} bars={bars} />
      )}
    </>
  )
}

function hourOf(at: number): string {
  return new Intl.DateTimeFormat(language, { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(at)
}
