import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import type { listProfileEvents } from '../../../../shared/contract/list-profile-events.ts'
import type { readDeadLetter } from '../../../../shared/contract/read-dead-letter.ts'
import { ask } from '../../api.ts'
import { Json } from '../../components/json.tsx'
import { Loading } from '../../components/states.tsx'
import type { LiveRow } from '../../live/live-socket.ts'
import { may, type Session, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'

/** What an event said: as it came over the stream, else as a dead letter or the person's timeline has it. */
export function Payload({ row }: { readonly row: LiveRow }) {
  const kept = useKept(row)
  if (row.payload !== undefined) return <Json value={row.payload} />
  if (kept.isLoading) return <Loading />
  if (kept.data)
    return (
      <>
        <p className="mb-2 text-sm text-muted">
          {t(row.outcome === 'dead_letter' ? 'live.ofLetter' : 'live.ofTimeline')}
        </p>
        <Json value={kept.data} />
      </>
    )
  const why = row.payloadChars ? t('live.payloadLong', { chars: row.payloadChars }) : t('live.payloadNone')
  return <p className="text-sm text-muted">{why}</p>
}

/** Asked for once, however many show it. */
export function useKept(row: LiveRow) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  return useQuery({
    queryKey: ['payload', row.copyId],
    queryFn: ({ signal }) => keptPayload(row, session, signal),
    enabled: row.payload === undefined && isKept(row, session),
    retry: false,
  })
}

function isKept({ outcome, canonicalId, timestamp }: LiveRow, session: Session): boolean {
  if (outcome === 'dead_letter') return may(session, 'dead-letters:read')
  return canonicalId !== undefined && timestamp !== undefined && may(session, 'profiles:read')
}

async function keptPayload(row: LiveRow, session: Session, signal: AbortSignal): Promise<unknown> {
  if (row.outcome === 'dead_letter') {
    const params = { id: row.copyId }
    const letter = await ask<typeof readDeadLetter>('get', '/api/v1/dead-letters/{id}', { params }, signal)
    // Whoever may not read people sees no more of them here than in the stream.
    return may(session, 'profiles:read') ? (letter.event ?? letter.body) : null
  }
  const { canonicalId: ref = '', timestamp: at, name, messageId, source } = row
  const page = await ask<typeof listProfileEvents>(
    'get',
    '/api/v1/profiles/{ref}/events',
    { params: { ref }, query: { from: at, to: at, name } },
    signal,
  )
  return page.events.find((event) => event.messageId === messageId && event.source === source) ?? null
}
