import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { listAudit } from '../../../../shared/contract/list-audit.ts'
import type { listMembers } from '../../../../shared/contract/list-members.ts'
import { ask, type ReplyOf } from '../../api.ts'
import { inputLook, Select } from '../../components/field.tsx'
import { Json } from '../../components/json.tsx'
import { Filters } from '../../components/list-filters.tsx'
import { Time } from '../../components/time.tsx'
import { Listing } from '../../lists/listing.tsx'
import { useListed } from '../../lists/use-listed.ts'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'
import { AUDIT_ACTIONS, actionWords, filterWords } from './audit-words.ts'

type Entry = ReplyOf<typeof listAudit>['entries'][number]
const route = getRouteApi('/inside/settings')
const PAGE = '50'

/** Who did what and when: filters stand in the address. */
export function AuditLog() {
  const { actor, action, from, to } = route.useSearch()
  const { query, items } = useListed({
    queryKey: ['audit', actor, action, from, to],
    page: (cursor, signal) =>
      ask<typeof listAudit>(
        'get',
        '/api/v1/audit',
        { query: { actor, action, from: dayStart(from), to: dayEnd(to), cursor, limit: PAGE } },
        signal,
      ),
    items: ({ entries }) => entries,
  })
  return (
    <>
      <p className="mb-4 max-w-prose text-sm text-muted">{t('audit.lead')}</p>
      <AuditFilters />
      <Listing
        query={query}
        count={items.length}
        shown={items.length}
        none={{ title: t('audit.none'), hint: t('audit.noneHint') }}
      >
        <ol className="overflow-hidden rounded-xl border border-line bg-surface" aria-label={t('settings.tab.audit')}>
          {items.map((entry) => (
            <Line key={entry.id} entry={entry} />
          ))}
        </ol>
      </Listing>
    </>
  )
}

function AuditFilters() {
  const { actor, action, from, to } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const members = useQuery({
    queryKey: ['members', 'all'],
    queryFn: ({ signal }) => ask<typeof listMembers>('get', '/api/v1/members', { query: { limit: '200' } }, signal),
    enabled: may(session, 'members:read'),
  })
  const narrow = (change: Readonly<Record<string, string>>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const known = (members.data?.members ?? []).map(({ id, name }) => ({ value: id, label: name }))
  const others = actor && !known.some(({ value }) => value === actor) ? [{ value: actor, label: actor }] : []
  const acts: readonly string[] = AUDIT_ACTIONS
  const more = action && !acts.includes(action) ? [action] : []
  return (
    <Filters label={t('lists.filters')}>
      <Select
        label={t('audit.actor')}
        value={actor ?? ''}
        onChange={({ target }) => narrow({ actor: target.value })}
        options={[{ value: '', label: t('audit.anyone') }, ...known, ...others]}
      />
      <Select
        label={t('audit.action')}
        value={action ?? ''}
        onChange={({ target }) => narrow({ action: target.value })}
        options={[
          { value: '', label: t('audit.anything') },
          ...[...acts, ...more].map((value) => ({ value, label: filterWords(value) })),
        ]}
      />
      <Day label={t('audit.from')} value={from} choose={(day) => narrow({ from: day })} />
      <Day label={t('audit.to')} value={to} choose={(day) => narrow({ to: day })} />
    </Filters>
  )
}

interface DayProps {
  readonly label: string
  readonly value: string | undefined
  readonly choose: (day: string) => void
}

function Day({ label, value, choose }: DayProps) {
  return (
    <input
      type="date"
      aria-label={label}
      title={label}
      value={value ?? ''}
      onChange={({ target }) => choose(target.value)}
      className={inputLook}
    />
  )
}

/** Days of whoever looks. */
function dayStart(day: string | undefined): string | undefined {
  return instantOf(day, 'T00:00:00.000')
}

function dayEnd(day: string | undefined): string | undefined {
  return instantOf(day, 'T23:59:59.999')
}

function instantOf(day: string | undefined, time: string): string | undefined {
  const at = day === undefined ? Number.NaN : Date.parse(`${day}${time}`)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

function Line({ entry: { at, actor, action, detail } }: { readonly entry: Entry }) {
  const name = actor.name ?? (actor.kind === 'rule' ? t('audit.rule') : t('audit.unknown'))
  return (
    <li className="border-b border-line last:border-0">
      <details className="group">
        <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 text-sm hover:bg-raised sm:px-5">
          <span className="min-w-0 flex-1 basis-full break-words sm:basis-0">
            <span className="font-medium">{name}</span> {actionWords(action)}{' '}
            <span className="text-muted">{aboutOf(detail)}</span>
          </span>
          <span className="text-muted">
            <Time at={at} />
          </span>
        </summary>
        <div className="px-4 pb-4 sm:px-5">
          <p className="mb-2 font-mono text-xs break-all text-muted">
            {action} · {actor.id}
          </p>
          <Json value={detail} />
        </div>
      </details>
    </li>
  )
}

/** What names the thing best. */
function aboutOf(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return ''
  const given = detail as Readonly<Record<string, unknown>>
  const found = ['name', 'email', 'label', 'key', 'profile', 'reason', 'id'].map((name) => given[name])
  return String(found.find((one) => typeof one === 'string' && one !== '') ?? '')
}
