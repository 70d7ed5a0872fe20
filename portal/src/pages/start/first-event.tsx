import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { listEvents } from '../../../../shared/contract/list-events.ts'
import { ApiError, ask } from '../../api.ts'
import { Button, buttonLook } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import type { LiveRow } from '../../live/live-socket.ts'
import { Outcome, titleOf } from '../../live/outcome.tsx'
import { useLiveEvents } from '../../live/use-live-events.ts'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly source: { readonly id: string; readonly name: string; readonly writeKey: string }
}

/** A light that turns green when something arrives from the source; it watches the live stream. */
export function FirstEvent({ source }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const live = useLiveEvents({ sources: [source.id] })
  const before = useQuery({
    queryKey: ['events', 'newest', source.id],
    queryFn: ({ signal }) =>
      ask<typeof listEvents>('get', '/api/v1/events', { query: { source: source.id, limit: '1' } }, signal),
    // Whoever comes back to it after a moment finds the light as it is now.
    staleTime: 0,
  })
  const newest = live.rows[0] ?? (before.data?.events[0] as LiveRow | undefined)
  const send = useMutation({ mutationFn: () => sendTest(source.writeKey) })
  return (
    <Panel title={t('start.first')}>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-4">
        <div className="flex items-center gap-4">
          <span
            aria-hidden="true"
            className={`size-4 flex-none rounded-full ${newest ? 'bg-good' : 'animate-pulse bg-warn'} ring-4 ${newest ? 'ring-good-tint' : 'ring-warn-tint'}`}
          />
          <div>
            <p role="status" className="font-medium">
              {newest ? t('start.arrived', { source: source.name }) : t('start.waiting', { source: source.name })}
            </p>
            {newest ? (
              <p className="mt-0.5 flex flex-wrap items-center gap-2 text-sm text-muted">
                <span>{titleOf(newest)}</span>
                <Outcome outcome={newest.outcome} />
                <Time at={newest.receivedAt} as="ago" />
              </p>
            ) : (
              <p className="mt-0.5 text-sm text-muted">{t('start.waitingHint')}</p>
            )}
          </div>
        </div>
        <Button disabled={send.isPending} onClick={() => send.mutate()}>
          {t('start.test')}
        </Button>
      </div>
      {send.isError ? <Problem fault={send.error} /> : null}
      {newest ? (
        <div className="mt-5 flex flex-wrap gap-2">
          {newest.canonicalId ? (
            <Link to="/profiles/$ref" params={{ ref: newest.canonicalId }} className={buttonLook('main')}>
              {t('live.toPerson')}
            </Link>
          ) : null}
          <Link to="/live" search={{ source: source.id }} className={buttonLook()}>
            {t('start.watch')}
          </Link>
          {may(session, 'segments:write') ? (
            <Link to="/segments/new" className={buttonLook()}>
              {t('start.segment')}
            </Link>
          ) : null}
        </div>
      ) : null}
    </Panel>
  )
}

/** As an SDK would send it, with the public key. */
async function sendTest(writeKey: string): Promise<void> {
  const response = await fetch('/v1/track', {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ userId: 'test-user', event: 'Test Event', properties: { sentFrom: 'portal' } }),
  })
  if (!response.ok) throw new ApiError(response.status, await response.text())
}
