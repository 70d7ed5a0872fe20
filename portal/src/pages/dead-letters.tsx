import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { listDeadLetters } from '../../../shared/contract/list-dead-letters.ts'
import { ask } from '../api.ts'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { useLeaving } from '../components/toast.tsx'
import { useKeys } from '../keys.ts'
import { JobProgress } from '../lists/job-progress.tsx'
import { Listing } from '../lists/listing.tsx'
import { PAGE_SIZE, useListed } from '../lists/use-listed.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { bulkId, LetterActions } from './dead-letters/letter-actions.tsx'
import { LetterCounts } from './dead-letters/letter-counts.tsx'
import { LetterDrawer } from './dead-letters/letter-drawer.tsx'
import { LetterFilters } from './dead-letters/letter-filters.tsx'
import { filterOf, letAgain } from './dead-letters/letter-queries.ts'
import { LetterRows } from './dead-letters/letter-rows.tsx'

const route = getRouteApi('/inside/dead-letters')

/** What could not be processed: looked at, mended, sent again or put away. What is looked for stands in the address. */
export function DeadLettersPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const filter = filterOf(search)
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['dead-letters', 'list', filter],
    page: (cursor, signal) =>
      ask<typeof listDeadLetters>(
        'get',
        '/api/v1/dead-letters',
        { query: { ...filter, cursor, limit: PAGE_SIZE } },
        signal,
      ),
    items: ({ deadLetters }) => deadLetters,
    refetchMs: 15_000,
  })
  const shown = leaving.has(bulkId(filter)) ? [] : items.filter(({ id }) => !leaving.has(id))
  const isFiltered = Object.keys(filter).length > 0
  const isMine = may(session, 'dead-letters:write')
  const at = shown.findIndex(({ id }) => id === search.show)
  const setShown = (id: string | undefined) =>
    void navigate({ search: ({ show: _, ...rest }) => ({ ...rest, ...(id ? { show: id } : {}) }), replace: true })
  const setJob = (job: string | undefined) =>
    void navigate({ search: ({ job: _, ...rest }) => ({ ...rest, ...(job ? { job } : {}) }), replace: true })
  useKeys({
    j: () => setShown(shown[Math.min(at + 1, shown.length - 1)]?.id),
    k: () => setShown(shown[Math.max(at - 1, 0)]?.id),
    Escape: () => setShown(undefined),
  })
  return (
    <Page
      title={t('nav.deadLetters')}
      lead={t('letters.lead')}
      actions={isMine && shown.length > 0 ? <LetterActions filter={filter} replayed={setJob} /> : null}
    >
      {search.job ? (
        <div className="mb-6">
          <Panel title={t('letters.job')}>
            <JobProgress key={search.job} id={search.job} ended={() => void letAgain()} />
          </Panel>
        </div>
      ) : null}
      <LetterFilters />
      <LetterCounts filter={filter} />
      <Listing
        query={query}
        count={shown.length}
        isFiltered={isFiltered}
        shown={shown.length}
        none={{ title: t('letters.none'), hint: t('letters.noneHint') }}
      >
        <LetterRows letters={shown} shown={search.show} show={setShown} />
      </Listing>
      {search.show ? (
        <LetterDrawer
          key={search.show}
          id={search.show}
          isMine={isMine}
          close={() => setShown(undefined)}
          replayed={setJob}
        />
      ) : null}
    </Page>
  )
}
