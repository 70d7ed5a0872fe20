import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { overlapSegments } from '../../../../shared/contract/overlap-segments.ts'
import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Select } from '../../components/field.tsx'
import { Empty, Loading, Problem } from '../../components/states.tsx'
import { type Region, regionsOf } from '../../segment/regions.ts'
import { number, t } from '../../words/words.ts'
import { segmentNamesQuery } from '../segments/segment-queries.ts'

const route = getRouteApi('/inside/segments/$key')
/** The API takes six. */
const MOST_OTHERS = 5

/** How a segment meets others: how many are in both, and how everybody falls into parts. */
export function Overlap({ segment }: { readonly segment: SegmentDocument }) {
  const { with: asked = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const segments = useQuery(segmentNamesQuery)
  const all = segments.data ?? []
  const others = asked
    .split(',')
    .filter((key) => key !== '' && key !== segment.key)
    .slice(0, MOST_OTHERS)
  const keys = [segment.key, ...others]
  const overlap = useQuery({
    queryKey: ['segments', 'overlap', ...keys],
    queryFn: ({ signal }) =>
      ask<typeof overlapSegments>('post', '/api/v1/segments/overlap', { body: { keys } }, signal),
    enabled: others.length > 0,
    placeholderData: keepPreviousData,
  })
  const nameOf = (key: string) => all.find((one) => one.key === key)?.name ?? key
  function compare(next: readonly string[]) {
    const search = { tab: 'overlap', ...(next.length > 0 ? { with: next.join(',') } : {}) }
    void navigate({ search, replace: true })
  }
  const free = all.filter(({ key }) => !keys.includes(key))
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center gap-2">
        <span className="text-sm text-muted">{t('overlap.with')}</span>
        {others.map((key) => (
          <span key={key} className="inline-flex items-center gap-1 rounded-lg bg-tint pl-3 text-sm text-accent">
            {nameOf(key)}
            <Button
              look="quiet"
              className="px-2"
              onClick={() => compare(others.filter((one) => one !== key))}
              aria-label={t('overlap.without', { name: nameOf(key) })}
            >
              <span aria-hidden="true">×</span>
            </Button>
          </span>
        ))}
        {others.length < MOST_OTHERS && free.length > 0 ? (
          <Select
            label={t('overlap.add')}
            value=""
            onChange={({ target }) => compare([...others, target.value])}
            options={[
              { value: '', label: t('overlap.add') },
              ...free.map(({ key, name }) => ({ value: key, label: name })),
            ]}
          />
        ) : null}
      </div>
      {others.length === 0 ? <Empty title={t('overlap.none')}>{t('overlap.noneHint')}</Empty> : null}
      {others.length > 0 && overlap.isPending ? <Loading /> : null}
      {overlap.isError ? <Problem fault={overlap.error} retry={() => void overlap.refetch()} /> : null}
      {others.length > 0 && overlap.data ? (
        <div className={`flex flex-col gap-6 ${overlap.isPlaceholderData ? 'opacity-60' : ''}`}>
          <Pairs segment={segment} others={others} combinations={overlap.data.combinations} nameOf={nameOf} />
          <Parts keys={keys} combinations={overlap.data.combinations} nameOf={nameOf} />
        </div>
      ) : null}
    </>
  )
}

interface PairsProps {
  readonly segment: SegmentDocument
  readonly others: readonly string[]
  readonly combinations: readonly Region[]
  readonly nameOf: (key: string) => string
}

function Pairs({ segment, others, combinations, nameOf }: PairsProps) {
  const countOf = (...keys: readonly string[]) =>
    combinations.find((one) => one.keys.length === keys.length && keys.every((key) => one.keys.includes(key)))?.count ??
    0
  const own = countOf(segment.key)
  return (
    <ul className="grid gap-3 sm:grid-cols-2">
      {others.map((key) => {
        const both = countOf(segment.key, key)
        return (
          <li key={key} className="rounded-xl border border-line bg-surface px-5 py-4 text-sm">
            <p className="text-muted">
              <span className="text-ink">{segment.name}</span> ∩{' '}
              <Link to="/segments/$key" params={{ key }} className="text-accent underline underline-offset-4">
                {nameOf(key)}
              </Link>
            </p>
            <p className="mt-1">
              <span className="text-2xl font-semibold tabular-nums">{number(both)}</span>{' '}
              {t('preview.people', { n: both })}
            </p>
            <p className="mt-1 text-muted">
              {t('overlap.share', { share: share(both, own), name: segment.name })} ·{' '}
              {t('overlap.share', { share: share(both, countOf(key)), name: nameOf(key) })}
            </p>
          </li>
        )
      })}
    </ul>
  )
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`
}

interface PartsProps {
  readonly keys: readonly string[]
  readonly combinations: readonly Region[]
  readonly nameOf: (key: string) => string
}

/** Everybody who is in any of them, once: in exactly which ones. */
function Parts({ keys, combinations, nameOf }: PartsProps) {
  const regions = regionsOf(combinations)
  const most = Math.max(1, ...regions.map(({ count }) => count))
  return (
    <div className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table className="w-full text-sm">
        <caption className="px-5 pt-4 pb-2 text-left font-medium">{t('overlap.parts')}</caption>
        <thead className="text-left text-muted">
          <tr>
            {keys.map((key) => (
              <th
                key={key}
                className="max-w-28 truncate px-3 py-2 text-center text-xs font-medium first:pl-5"
                title={nameOf(key)}
              >
                {nameOf(key)}
              </th>
            ))}
            <th className="w-full px-5 py-2 text-right text-xs font-medium">{t('overlap.people')}</th>
          </tr>
        </thead>
        <tbody>
          {regions.map((region) => (
            <tr key={region.keys.join(',')} className="border-t border-line">
              {keys.map((key) => {
                const isIn = region.keys.includes(key)
                return (
                  <td key={key} className="px-3 py-2 text-center first:pl-5">
                    <span aria-hidden="true" className={isIn ? 'text-accent' : 'text-line'}>
                      ●
                    </span>
                    <span className="sr-only">{isIn ? t('person.in') : t('person.out')}</span>
                  </td>
                )
              })}
              <td className="px-5 py-2">
                <span className="flex items-center justify-end gap-3">
                  <span className="hidden h-2 flex-1 justify-end sm:flex" aria-hidden="true">
                    <span
                      className="h-full rounded-full bg-accent"
                      style={{ width: `${(region.count / most) * 100}%` }}
                    />
                  </span>
                  <span className="w-14 text-right tabular-nums">{number(region.count)}</span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
