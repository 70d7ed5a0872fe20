import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { listProfileEvents } from '../../../../shared/contract/list-profile-events.ts'
import type { EventDocument, ProfileDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Select } from '../../components/field.tsx'
import { Json } from '../../components/json.tsx'
import { Empty, Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'

const route = getRouteApi('/inside/profiles/$ref')
const PAGE_SIZE = 50

/** Everything somebody did and everything that was told about them, in one stream, newest first. */
export function Timeline({ person }: { readonly person: ProfileDocument }) {
  const { event: name = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const events = useInfiniteQuery({
    queryKey: ['profile', person.id, 'events', name, person.version],
    queryFn: ({ pageParam, signal }) =>
      ask<typeof listProfileEvents>(
        'get',
        '/api/v1/profiles/{ref}/events',
        { params: { ref: person.id }, query: { name, cursor: pageParam, limit: String(PAGE_SIZE) } },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    placeholderData: (before) => before,
  })
  const found = events.data?.pages.flatMap((page) => page.events) ?? []
  // Pages and screens are counted together under these two, which are no names.
  const names = Object.keys(person.eventCounts).filter((one) => !one.startsWith('$'))
  const options = names.sort().map((value) => ({ value, label: value }))
  return (
    <>
      <div className="mb-4">
        <Select
          label={t('person.eventName')}
          value={name}
          onChange={({ target }) =>
            void navigate({ search: target.value ? { event: target.value } : {}, replace: true })
          }
          options={[{ value: '', label: t('person.allEvents') }, ...options]}
        />
      </div>
      {events.isPending ? <Loading /> : null}
      {events.isError ? <Problem fault={events.error} retry={() => void events.refetch()} /> : null}
      {events.isSuccess && found.length === 0 ? <Empty title={t('person.noEvents')} /> : null}
      <ol aria-label={t('person.timeline')} className="border-l border-line">
        {found.map((event) => (
          <TimelineEntry key={`${event.source} ${event.messageId}`} event={event} />
        ))}
      </ol>
      {events.hasNextPage ? (
        <Button className="mt-4" onClick={() => void events.fetchNextPage()} disabled={events.isFetchingNextPage}>
          {t('common.more')}
        </Button>
      ) : null}
    </>
  )
}

function TimelineEntry({ event }: { readonly event: EventDocument }) {
  const sourceName = useSourceNames()
  const { type, name, properties, traits, context, messageId } = event
  return (
    <li className="relative pl-6 before:absolute before:top-[1.15rem] before:-left-[4.5px] before:size-2 before:rounded-full before:bg-strong-line">
      <details className="group border-b border-line py-2.5">
        <summary className="flex list-none items-baseline gap-3 text-sm [&::-webkit-details-marker]:hidden">
          <span className="min-w-0 flex-1">
            <span className="font-medium break-words">{name ?? type}</span>{' '}
            <span className="text-muted">{briefOf(event)}</span>
          </span>
          {event.late ? <Tag tone="warn">{t('person.late')}</Tag> : null}
          <span className="hidden text-muted sm:inline">{sourceName(event.source)}</span>
          <span className="text-muted">
            <Time at={event.timestamp} />
          </span>
        </summary>
        <div className="mt-3 mb-2">
          <Json value={{ type, properties, ...(traits ? { traits } : {}), context, messageId }} />
        </div>
      </details>
    </li>
  )
}

const BRIEF = 3

/** The first few facts, so that most entries need no opening. */
function briefOf({ properties, traits = {} }: EventDocument): string {
  const simple = Object.entries({ ...traits, ...properties }).filter(
    ([, value]) => value !== null && typeof value !== 'object',
  )
  return simple
    .slice(0, BRIEF)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ')
}
