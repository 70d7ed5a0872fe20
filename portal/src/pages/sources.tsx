import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { listSources } from '../../../shared/contract/list-sources.ts'
import { ask } from '../api.ts'
import { buttonLook } from '../components/button.tsx'
import { Select } from '../components/field.tsx'
import { Figure, Item, itemLink } from '../components/item-list.tsx'
import { fits, TextFilter } from '../components/list-filters.tsx'
import { Tag } from '../components/tag.tsx'
import { Time } from '../components/time.tsx'
import { useLeaving } from '../components/toast.tsx'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
import { ListPage } from '../lists/list-page.tsx'
import { PAGE_SIZE, useListed } from '../lists/use-listed.ts'
import { may, sessionQuery } from '../session.ts'
import { number, t } from '../words/words.ts'
import { changeSource, type Source, statisticsQuery } from './sources/source-queries.ts'

const route = getRouteApi('/inside/sources')
const KINDS = ['web', 'mobile', 'server', 'webhook'] as const

/** Everything that sends, and how it goes. */
export function SourcesPage() {
  const { q, kind } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const known = KINDS.find((one) => one === kind)
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['sources', 'list', known],
    page: (cursor, signal) =>
      ask<typeof listSources>('get', '/api/v1/sources', { query: { kind: known, cursor, limit: PAGE_SIZE } }, signal),
    items: ({ sources }) => sources,
    isWhole: Boolean(q),
  })
  const shown = items.filter(({ id, name, provider }) => !leaving.has(id) && fits(q, name, provider, id))
  const narrow = (change: { q?: string; kind?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  return (
    <ListPage
      title={t('nav.sources')}
      lead={t('sources.lead')}
      query={query}
      count={items.length}
      isFiltered={known !== undefined}
      none={{ title: t('sources.none'), hint: t('sources.noneHint') }}
      items={shown}
      item={(source) => <SourceItem key={source.id} source={source} isMine={may(session, 'sources:write')} />}
      actions={
        may(session, 'sources:write') ? (
          <Link to="/sources/new" className={buttonLook('main')}>
            {t('sources.new')}
          </Link>
        ) : null
      }
      filters={
        <>
          <TextFilter label={t('lists.search')} asked={q} ask={(text) => narrow({ q: text })} />
          <Select
            label={t('sources.kind')}
            value={known ?? ''}
            onChange={({ target }) => narrow({ kind: target.value })}
            options={[
              { value: '', label: t('sources.anyKind') },
              ...KINDS.map((value) => ({ value, label: t(`sources.kind.${value}`) })),
            ]}
          />
        </>
      }
    />
  )
}

function SourceItem({ source, isMine }: { readonly source: Source; readonly isMine: boolean }) {
  const { id, name, kind, provider, enabled } = source
  return (
    <Item
      link={
        <Link to="/sources/$id" params={{ id }} className={itemLink}>
          {name}
        </Link>
      }
      tags={
        <>
          <Tag>{t(`sources.kind.${kind}`)}</Tag>
          {enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
        </>
      }
      sub={provider ?? id}
      health={<Health id={id} />}
      actions={
        <EnabledSwitch
          name={name}
          isOn={enabled}
          disabled={!isMine}
          save={(isOn) => changeSource(id, { enabled: isOn })}
        />
      }
    />
  )
}

function Health({ id }: { readonly id: string }) {
  const statistics = useQuery(statisticsQuery(id, 24))
  if (!statistics.data) return <span className="text-muted">{statistics.isError ? t('lists.notRead') : '…'}</span>
  const { lastSeen, accepted, rejected, dropped } = statistics.data
  if (lastSeen === null) return <span className="text-muted">{t('lists.never')}</span>
  return (
    <>
      <Figure value={number(accepted)} label={t('sources.accepted')} />
      {rejected > 0 ? <Figure value={number(rejected)} label={t('sources.rejected')} tone="bad" /> : null}
      {dropped > 0 ? <Figure value={number(dropped)} label={t('sources.dropped')} tone="warn" /> : null}
      <span className="text-muted">
        <Time at={lastSeen} as="ago" />
      </span>
    </>
  )
}
