import { useInfiniteQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { listProfileEvents } from '../../../../shared/contract/list-profile-events.ts'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Empty, Loading, Problem } from '../../components/states.tsx'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import { identityQuery } from './profile-queries.ts'
import { TimelineEntry } from './timeline/timeline-entry.tsx'
import { TimelineFilters } from './timeline/timeline-filters.tsx'
import { dayBounds, KINDS, kindOf, streamOf } from './timeline/timeline-view.ts'

const route = getRouteApi('/inside/profiles/$ref')
const PAGE_SIZE = 50

/** Everything somebody did and everything that was told about them, in one stream, newest first. */
export function Timeline({ person }: { readonly person: ProfileDocument }) {
  const search = route.useSearch()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const kind = kindOf(search)
  const bounds = dayBounds(search)
  const asked = { ...(kind ? KINDS[kind] : {}), ...bounds, name: search.event }
  const events = useInfiniteQuery({
    queryKey: ['profile', person.id, 'events', asked, person.version],
    queryFn: ({ pageParam, signal }) =>
      ask<typeof listProfileEvents>(
        'get',
        '/api/v1/profiles/{ref}/events',
        { params: { ref: person.id }, query: { ...asked, cursor: pageParam, limit: String(PAGE_SIZE) } },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    placeholderData: (before) => before,
    enabled: kind !== 'merges',
  })
  const hasMerges = (kind === undefined || kind === 'merges') && !search.event
  const identity = useQuery({ ...identityQuery(person.id), enabled: hasMerges && may(session, 'profiles:read') })
  const found = kind === 'merges' ? [] : (events.data?.pages.flatMap((page) => page.events) ?? [])
  const isWhole = kind === 'merges' || !events.hasNextPage
  const merges = hasMerges ? (identity.data?.merges ?? []) : []
  const entries = streamOf(found, merges, !isWhole, bounds)
  const query = kind === 'merges' ? identity : events
  return (
    <>
      <TimelineFilters person={person} />
      {query.isPending ? <Loading /> : null}
      {query.isError ? <Problem fault={query.error} retry={() => void query.refetch()} /> : null}
      {query.isSuccess && entries.length === 0 ? <Empty title={t('person.noEvents')} /> : null}
      <ol aria-label={t('person.timeline')} className="border-l border-line">
        {entries.map((entry) => (
          <TimelineEntry
            key={
              entry.kind === 'event'
                ? `${entry.event.source} ${entry.event.messageId}`
                : `${entry.kind} ${entry.merge.mergeId}`
            }
            entry={entry}
          />
        ))}
      </ol>
      {isWhole ? null : (
        <Button className="mt-4" onClick={() => void events.fetchNextPage()} disabled={events.isFetchingNextPage}>
          {t('common.more')}
        </Button>
      )}
    </>
  )
}
