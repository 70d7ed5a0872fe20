import { getRouteApi } from '@tanstack/react-router'
import { useRef } from 'react'
import { ApiError } from '../api.ts'
import { Button } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Empty, Loading, Problem } from '../components/states.tsx'
import { useKeys } from '../keys.ts'
import { LiveLight } from '../live/live-light.tsx'
import type { LiveState } from '../live/live-socket.ts'
import { useLiveEvents } from '../live/use-live-events.ts'
import { t } from '../words/words.ts'
import { EventDrawer } from './live/event-drawer.tsx'
import { EventRows } from './live/event-rows.tsx'
import { LiveFilters } from './live/live-filters.tsx'
import { filterOf, isFiltered, keyOf, useEarlier } from './live/live-view.ts'

const route = getRouteApi('/inside/live')
const FORBIDDEN = 403

/** Events as they are decided. What is looked for and which one is open stands in the address. */
export function LivePage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const live = useLiveEvents(filterOf(search))
  const earlier = useEarlier(search, live.rows)
  const rows = [...live.rows, ...earlier.rows]
  const textField = useRef<HTMLInputElement>(null)
  const drawer = useRef<HTMLElement>(null)
  const open = rows.findIndex((row) => keyOf(row) === search.show)

  function show(index: number) {
    const row = rows[Math.max(0, Math.min(index, rows.length - 1))]
    if (row) void navigate({ search: (before) => ({ ...before, show: keyOf(row) }), replace: true })
  }
  function openDrawer(index: number) {
    show(index)
    // It is there after the next look.
    requestAnimationFrame(() => drawer.current?.focus())
  }
  function close() {
    const wasInside = drawer.current?.contains(document.activeElement)
    if (wasInside) document.querySelector<HTMLElement>('button[aria-current=true]')?.focus()
    void navigate({ search: ({ show: _, ...rest }) => rest, replace: true })
  }
  useKeys({
    j: () => show(open + 1),
    k: () => show(open === -1 ? 0 : open - 1),
    ' ': () => live.setPaused(!live.isPaused),
    '/': () => textField.current?.focus(),
    Enter: () => drawer.current?.focus(),
    Escape: close,
  })
  const shown = rows[open]
  const { state } = live
  if (state.kind === 'refused' && state.status === FORBIDDEN)
    return (
      <Page title={t('nav.live')}>
        <Problem fault={new ApiError(state.status, state.why)} />
      </Page>
    )
  return (
    <Page
      title={t('nav.live')}
      lead={t('live.lead')}
      actions={
        <Button onClick={() => live.setPaused(!live.isPaused)} aria-keyshortcuts="Space" aria-pressed={live.isPaused}>
          {live.isPaused ? t('live.resume', { n: live.waiting }) : t('live.pause')}
        </Button>
      }
    >
      <LiveFilters textField={textField} />
      <Condition state={state} skipped={live.skipped} isPaused={live.isPaused} waiting={live.waiting} />
      {rows.length === 0 && earlier.isPending ? <Loading /> : null}
      {earlier.fault ? <Problem fault={earlier.fault} retry={earlier.again} /> : null}
      {rows.length === 0 && !earlier.isPending && !earlier.fault ? (
        <None isFiltered={isFiltered(search)} isWhole={earlier.isPossible} />
      ) : null}
      {rows.length > 0 ? <EventRows rows={rows} shown={search.show} show={openDrawer} /> : null}
      {shown ? <EventDrawer row={shown} close={close} panel={drawer} /> : null}
    </Page>
  )
}

interface NoneProps {
  readonly isFiltered: boolean
  /** What came before one looked was asked for as well. */
  readonly isWhole: boolean
}

function None({ isFiltered, isWhole }: NoneProps) {
  if (!isFiltered) return <Empty title={t('live.none')}>{t('live.noneHint')}</Empty>
  return <Empty title={t('live.noneFit')}>{t(isWhole ? 'live.noneFitHint' : 'live.onlyNewHint')}</Empty>
}

interface ConditionProps {
  readonly state: LiveState
  readonly skipped: number
  readonly isPaused: boolean
  readonly waiting: number
}

function Condition({ state, skipped, isPaused, waiting }: ConditionProps) {
  return (
    <p className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
      <LiveLight state={state} instead={isPaused ? t('live.paused', { n: waiting }) : undefined} />
      {skipped > 0 ? <span className="text-warn">{t('live.skipped', { n: skipped })}</span> : null}
    </p>
  )
}
