import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { listEvents } from '../../../../shared/contract/list-events.ts'
import { ask } from '../../api.ts'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import type { LiveRow } from '../../live/live-socket.ts'
import { Outcome, titleOf } from '../../live/outcome.tsx'
import { FAILED } from '../../live/use-figures.ts'
import { t } from '../../words/words.ts'
import { faultOf } from '../live/event-rows.tsx'

const SHOWN = 8

/** The newest events that did not take effect; each leads to itself in Live events. */
export function NewestFailures({ come }: { readonly come: readonly LiveRow[] }) {
  const earlier = useQuery({
    queryKey: ['events', 'failures'],
    queryFn: ({ signal }) => Promise.all(FAILED.map((outcome) => newest(outcome, signal))),
    // It is looked at again when one comes back to the page.
    staleTime: 0,
  })
  const known = new Set(come.map(({ copyId }) => copyId))
  const before = (earlier.data ?? []).flat().filter(({ copyId }) => !known.has(copyId))
  const rows = [...come, ...before].sort((a, b) => (a.decidedAt < b.decidedAt ? 1 : -1)).slice(0, SHOWN)
  return (
    <Panel title={t('overview.failures')}>
      {earlier.isPending && rows.length === 0 ? <Loading /> : null}
      {earlier.isError && rows.length === 0 ? (
        <Problem fault={earlier.error} retry={() => void earlier.refetch()} />
      ) : null}
      {earlier.isSuccess && rows.length === 0 ? (
        <p className="py-2 text-sm text-muted">{t('overview.noFailures')}</p>
      ) : null}
      <ul aria-label={t('overview.failures')} className="-mx-2 text-sm">
        {rows.map((row) => (
          <li key={row.copyId}>
            <Link
              to="/live"
              search={{ outcome: row.outcome, show: row.copyId }}
              className="grid grid-cols-[1fr_auto] items-center gap-x-4 rounded-lg px-2 py-2 hover:bg-raised sm:grid-cols-[7rem_1fr_auto]"
            >
              <span className="hidden text-muted sm:block">
                <Time at={row.decidedAt} as="ago" />
              </span>
              <span className="min-w-0">
                <span className="block truncate font-medium">{titleOf(row)}</span>
                <span className="block truncate text-muted">{faultOf(row)}</span>
              </span>
              <Outcome outcome={row.outcome} />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

async function newest(outcome: (typeof FAILED)[number], signal: AbortSignal): Promise<readonly LiveRow[]> {
  const query = { outcome, limit: String(SHOWN) }
  return (await ask<typeof listEvents>('get', '/api/v1/events', { query }, signal)).events as readonly LiveRow[]
}
