import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Figures } from '../../../shared/pipeline/figures.ts'
import { ApiError } from '../api.ts'
import { buttonLook } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { LiveLight } from '../live/live-light.tsx'
import { useFigures } from '../live/use-figures.ts'
import { language, t } from '../words/words.ts'
import { NewestFailures } from './overview/newest-failures.tsx'
import { RateChart } from './overview/rate-chart.tsx'
import { rateNow, ratesOf } from './overview/rates.ts'
import { Tiles } from './overview/tiles.tsx'

/** How the workspace is doing, live; every figure leads to what it counts. */
export function OverviewPage() {
  const { state, figures, failures } = useFigures()
  if (state.kind === 'refused')
    return (
      <Page title={t('nav.overview')}>
        <Problem fault={new ApiError(state.status, state.why)} />
      </Page>
    )
  return (
    <Page title={t('nav.overview')} lead={<LiveLight state={state} />}>
      {figures ? (
        <div className="flex flex-col gap-6">
          <Rate figures={figures} />
          <Tiles figures={figures} />
          <NewestFailures come={failures} />
        </div>
      ) : (
        <Loading />
      )}
    </Page>
  )
}

function Rate({ figures }: { readonly figures: Figures }) {
  const rates = useMemo(() => ratesOf(figures), [figures])
  const now = rate(rateNow(figures))
  const most = rate(Math.max(...rates.all))
  return (
    <Panel
      title={t('overview.rate')}
      actions={
        <Link to="/live" className={buttonLook('quiet')}>
          {t('overview.watch')}
        </Link>
      }
    >
      <div className="mb-3 flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="text-3xl font-semibold tracking-tight tabular-nums">{now}</span>
        <span className="text-sm text-muted">{t('overview.rateHint', { most })}</span>
        <span className="ml-auto flex gap-4 text-xs text-muted">
          <Key look="bg-accent" label={t('overview.all')} />
          <Key look="bg-bad" label={t('overview.failed')} />
        </span>
      </div>
      <RateChart rates={rates} label={t('overview.chart', { now, most })} />
    </Panel>
  )
}

function Key({ look, label }: { readonly look: string; readonly label: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className={`h-0.5 w-4 rounded ${look}`} aria-hidden="true" />
      {label}
    </span>
  )
}

function rate(perSecond: number): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: perSecond < 10 ? 1 : 0 }).format(perSecond)
}
