import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { buttonLook } from '../components/button.tsx'
import { Select } from '../components/field.tsx'
import { Filters, fits, TextFilter } from '../components/list-filters.tsx'
import { Page } from '../components/page.tsx'
import { Empty, Loading, Problem } from '../components/states.tsx'
import { useLeaving } from '../components/toast.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { segmentsQuery } from './segments/segment-queries.ts'
import { SegmentTable, sorted } from './segments/segment-table.tsx'

const route = getRouteApi('/inside/segments')
const KINDS = ['condition', 'file'] as const

/** Every segment with its size, how it grows, and how fresh that is. */
export function SegmentsPage() {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const { q, kind, sort } = route.useSearch()
  const navigate = route.useNavigate()
  const leaving = useLeaving()
  const segments = useQuery(segmentsQuery)
  const mayWrite = may(session, 'segments:write')
  const there = (segments.data ?? []).filter(({ key }) => !leaving.has(`segment:${key}`))
  const found = there.filter(
    (one) => (!kind || one.kind === kind) && fits(q, one.key, one.name, one.description, one.sentence),
  )
  function ask(next: { readonly q?: string; readonly kind?: string; readonly sort?: string }) {
    void navigate({ search: (before) => filled({ ...before, ...next }), replace: true })
  }
  return (
    <Page
      title={t('nav.segments')}
      lead={t('segments.lead')}
      actions={
        mayWrite ? (
          <Link to="/segments/new" className={buttonLook('main')}>
            {t('segment.new')}
          </Link>
        ) : null
      }
    >
      {there.length > 0 ? (
        <Filters label={t('segments.filter')}>
          <TextFilter label={t('segments.search')} asked={q} ask={(text) => ask({ q: text })} />
          <Select
            label={t('segments.kind')}
            value={kind ?? ''}
            onChange={({ target }) => ask({ kind: target.value })}
            options={[
              { value: '', label: t('segments.allKinds') },
              ...KINDS.map((value) => ({ value, label: t(`segments.${value}`) })),
            ]}
          />
        </Filters>
      ) : null}
      {segments.isPending ? <Loading /> : null}
      {segments.isError ? <Problem fault={segments.error} retry={() => void segments.refetch()} /> : null}
      {segments.isSuccess && there.length === 0 ? <None mayWrite={mayWrite} /> : null}
      {there.length > 0 && found.length === 0 ? (
        <Empty title={t('segments.noneFound')}>{t('segments.noneFoundHint')}</Empty>
      ) : null}
      {found.length > 0 ? (
        <SegmentTable
          segments={sorted(found, sort)}
          sort={sort}
          sortBy={(next) => ask({ sort: next })}
          mayWrite={mayWrite}
        />
      ) : null}
    </Page>
  )
}

function None({ mayWrite }: { readonly mayWrite: boolean }) {
  return (
    <Empty title={t('segments.none')}>
      <p>{t('segments.noneHint')}</p>
      {mayWrite ? (
        <Link to="/segments/new" className={`${buttonLook('main')} mt-4`}>
          {t('segment.new')}
        </Link>
      ) : null}
    </Empty>
  )
}

type Search = { readonly [name: string]: string | undefined }

function filled(search: Search): { q?: string; kind?: string; sort?: string } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}
