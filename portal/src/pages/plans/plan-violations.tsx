import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { Bars } from '../../components/bars.tsx'
import { Select } from '../../components/field.tsx'
import { Filters } from '../../components/list-filters.tsx'
import { Panel } from '../../components/panel.tsx'
import { Empty, Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { useSourceNames } from '../../live/use-sources.ts'
import { language, number, t } from '../../words/words.ts'
import { EventTrace } from '../live/event-trace.tsx'
import { type Plan, VIOLATION_KINDS, type Violation, type Violations, violationsQuery } from './plan-queries.ts'

const route = getRouteApi('/inside/plans/$id')

/** How often events were otherwise than planned in the last week, most often first, with samples. */
export function PlanViolations({ plan }: { readonly plan: Plan }) {
  const { kind, event } = route.useSearch()
  const navigate = route.useNavigate()
  const known = VIOLATION_KINDS.find((one) => one === kind)
  const violations = useQuery(violationsQuery(plan.id, { kind: known, event }))
  const choose = (change: { kind?: string; event?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  return (
    <>
      <Filters label={t('lists.filters')}>
        <Select
          label={t('plans.kind')}
          value={known ?? ''}
          onChange={({ target }) => choose({ kind: target.value })}
          options={[
            { value: '', label: t('plans.anyKind') },
            ...VIOLATION_KINDS.map((value) => ({ value, label: t(`plans.kind.${value}`) })),
          ]}
        />
        <Select
          label={t('plans.event')}
          value={event ?? ''}
          onChange={({ target }) => choose({ event: target.value })}
          options={[
            { value: '', label: t('plans.anyEvent') },
            ...namesOf(plan, violations.data, event).map((value) => ({ value, label: value })),
          ]}
        />
      </Filters>
      {violations.isPending ? <Loading /> : null}
      {violations.isError ? <Problem fault={violations.error} retry={() => void violations.refetch()} /> : null}
      {violations.data ? <Found data={violations.data} /> : null}
    </>
  )
}

function namesOf(plan: Plan, data: Violations | undefined, chosen: string | undefined): readonly string[] {
  const names = [...plan.events.map(({ name }) => name), ...(data?.violations.map(({ event }) => event) ?? [])]
  return [...new Set(chosen ? [...names, chosen] : names)].sort()
}

function Found({ data: { events, violations, more } }: { readonly data: Violations }) {
  return (
    <div className="flex flex-col gap-6">
      {violations.length === 0 ? (
        <Empty title={t('plans.noViolations')}>{t('plans.noViolationsHint')}</Empty>
      ) : (
        <ul aria-label={t('plans.violations')} className="flex flex-col gap-3">
          {violations.map((one) => (
            <li key={`${one.event} ${one.version} ${one.kind} ${one.path}`}>
              <ViolationLine violation={one} />
            </li>
          ))}
        </ul>
      )}
      {more ? <p className="text-sm text-muted">{t('plans.moreViolations')}</p> : null}
      {events.length > 0 ? (
        <Panel title={t('plans.came')}>
          <ul className="text-sm">
            {events.map(({ event, version, total, valid, share }) => (
              <li
                key={`${event} ${version}`}
                className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line py-2 last:border-0"
              >
                <span className="min-w-0 break-words">
                  {event} {version === null ? null : <span className="text-muted">v{version}</span>}
                </span>
                <span className={valid < total ? 'text-bad' : 'text-good'}>
                  {t('plans.valid', { valid, total, share: percent(share) })}
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
    </div>
  )
}

function ViolationLine({ violation }: { readonly violation: Violation }) {
  const { event, version, kind, path, count, firstSeen, lastSeen, periods } = violation
  const [isOpen, setOpen] = useState(false)
  return (
    <details
      className="rounded-xl border border-line bg-surface"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="grid list-none grid-cols-[2.5rem_1fr] items-center gap-x-4 gap-y-1 px-5 py-3.5 sm:grid-cols-[2.5rem_1fr_auto_9rem] [&::-webkit-details-marker]:hidden">
        <span className="text-right font-medium text-bad tabular-nums">{number(count)}</span>
        <span className="min-w-0">
          <span className="block font-medium break-words">
            {event} {version === null ? null : <span className="font-normal text-muted">v{version}</span>}
          </span>
          {path ? <span className="block font-mono text-xs break-all text-muted">{path}</span> : null}
        </span>
        <span className="col-start-2 sm:col-auto">
          <Tag tone="warn">{t(`plans.kind.${kind}`)}</Tag>
        </span>
        <span className="hidden text-right text-sm text-muted sm:block">
          <Time at={lastSeen} as="ago" />
        </span>
      </summary>
      {isOpen ? (
        <div className="border-t border-line px-5 py-4 text-sm">
          <p className="mb-4 text-muted">
            {t('plans.firstSeen')} <Time at={firstSeen} />
          </p>
          {periods.length > 1 ? (
            <Bars
              label={t('plans.byDay')}
              bars={periods.map(({ at, count: times }) => ({
                key: at,
                value: times,
                label: `${dayOf(at)}: ${number(times)}`,
                isBad: true,
              }))}
            />
          ) : null}
          <Samples violation={violation} />
        </div>
      ) : null}
    </details>
  )
}

function Samples({ violation: { samples } }: { readonly violation: Violation }) {
  const sourceName = useSourceNames()
  const [shown, setShown] = useState<string>()
  if (samples.length === 0) return null
  return (
    <section className="mt-4">
      <h3 className="mb-2 text-sm font-semibold">{t('plans.samples')}</h3>
      <ul>
        {samples.map(({ messageId, at, source, type, length }) => (
          <li key={messageId} className="border-b border-line py-2 last:border-0">
            <button
              type="button"
              aria-expanded={shown === messageId}
              onClick={() => setShown(shown === messageId ? undefined : messageId)}
              className="flex w-full flex-wrap items-baseline gap-x-4 gap-y-1 text-left"
            >
              <span className="font-mono text-xs break-all underline underline-offset-4">{messageId}</span>
              <Tag>{length === undefined ? type : `${type} · ${number(length)}`}</Tag>
              <span className="text-muted">{sourceName(source)}</span>
              <span className="text-muted">
                <Time at={at} as="ago" />
              </span>
            </button>
            {shown === messageId ? (
              <div className="mt-3 pl-1">
                <EventTrace messageId={messageId} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  )
}

function percent(share: number): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share)
}

function dayOf(at: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(at))
}
