import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { listProfiles } from '../../../shared/contract/list-profiles.ts'
import type { listSegments } from '../../../shared/contract/list-segments.ts'
import { ask } from '../api.ts'
import { Button } from '../components/button.tsx'
import { Select } from '../components/field.tsx'
import { Page } from '../components/page.tsx'
import { Empty, Loading, Problem } from '../components/states.tsx'
import { t } from '../words/words.ts'
import { ColumnMenu } from './profiles/column-menu.tsx'
import { chosenColumns, columnsText, offeredColumns } from './profiles/columns.tsx'
import { PeopleTable } from './profiles/people-table.tsx'

const route = getRouteApi('/inside/profiles')
const PAGE_SIZE = 50

/** Everybody who is known, by words and by segment; what is looked for stands in the address. */
export function ProfilesPage() {
  const { q, segment, columns } = route.useSearch()
  const navigate = route.useNavigate()
  const people = useInfiniteQuery({
    queryKey: ['profiles', q, segment],
    queryFn: ({ pageParam, signal }) =>
      ask<typeof listProfiles>(
        'get',
        '/api/v1/profiles',
        { query: { q, segment, cursor: pageParam, limit: String(PAGE_SIZE) } },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
    placeholderData: (before) => before,
  })
  const found = people.data?.pages.flatMap(({ profiles }) => profiles) ?? []
  const chosen = chosenColumns(columns)
  function choose(ids: readonly string[]) {
    const next = columnsText(ids)
    void navigate({
      search: ({ columns: _, ...rest }) => ({ ...rest, ...(next ? { columns: next } : {}) }),
      replace: true,
      resetScroll: false,
    })
  }
  const actions = (
    <>
      <SegmentFilter />
      <ColumnMenu offered={offeredColumns(found, chosen)} chosen={chosen} choose={choose} />
    </>
  )
  return (
    <Page title={t('nav.profiles')} lead={t('people.lead')} actions={actions}>
      {people.isPending ? <Loading /> : null}
      {people.isError ? <Problem fault={people.error} retry={() => void people.refetch()} /> : null}
      {people.isSuccess && found.length === 0 ? <NobodyFound isFiltered={Boolean(q ?? segment)} /> : null}
      {found.length > 0 ? (
        <PeopleTable
          people={found}
          columns={chosen}
          isChosen={columns !== undefined}
          isOld={people.isPlaceholderData}
        />
      ) : null}
      {people.hasNextPage ? (
        <div className="mt-6 flex justify-center">
          <Button onClick={() => void people.fetchNextPage()} disabled={people.isFetchingNextPage}>
            {t('common.more')}
          </Button>
        </div>
      ) : null}
    </Page>
  )
}

function NobodyFound({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <Empty title={t('people.noneFound')}>{t('people.noneFoundHint')}</Empty>
  return (
    <Empty title={t('people.none')}>
      <Link to="/start" className="text-accent underline underline-offset-4">
        {t('people.noneHint')}
      </Link>
    </Empty>
  )
}

function SegmentFilter() {
  const { segment = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const segments = useQuery({
    queryKey: ['segments', 'names'],
    queryFn: ({ signal }) => ask<typeof listSegments>('get', '/api/v1/segments', { query: { limit: 200 } }, signal),
    staleTime: 60_000,
  })
  // Who may not read segments does without.
  if (!segments.isSuccess) return null
  const options = segments.data.segments.map(({ key, name }) => ({ value: key, label: name }))
  return (
    <Select
      label={t('people.segment')}
      value={segment}
      onChange={({ target }) =>
        void navigate({
          search: ({ segment: _, ...rest }) => ({ ...rest, ...(target.value ? { segment: target.value } : {}) }),
        })
      }
      options={[{ value: '', label: t('people.everybody') }, ...options]}
    />
  )
}
