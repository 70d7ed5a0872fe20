import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { previewSegment } from '../../../../shared/contract/preview-segment.ts'
import type { FieldError } from '../../../../shared/kernel/failure.ts'
import type { JsonObject } from '../../../../shared/kernel/json.ts'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { ApiError, ask, type ReplyOf } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { mainIdentifiers, nameOf } from '../../person.ts'
import { number, t } from '../../words/words.ts'
import { useSettled } from './use-settled.ts'

const PAUSE_MS = 350
const LONG_MS = 1_000
const PATH = '/api/v1/segments/preview'
const EVERYONE = { type: 'everyone' } as const

/** How many would be in it, and who for example. What is no longer asked is not answered any more. */
export function usePreview(condition: JsonObject, isFinished: boolean) {
  const settled = useSettled(JSON.stringify(condition), PAUSE_MS)
  const isCurrent = settled === JSON.stringify(condition)
  const preview = useQuery({
    queryKey: ['segments', 'preview', settled],
    queryFn: ({ signal }) =>
      ask<typeof previewSegment>('post', PATH, { body: { condition: JSON.parse(settled) } }, signal),
    enabled: isFinished && isCurrent,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  })
  return { ...preview, isOld: preview.isPlaceholderData || !isCurrent || !isFinished }
}

/** What the server has against a condition which is one of the language: a segment that is not there, a circle. */
export function faultsOf(fault: unknown): readonly FieldError[] {
  if (!(fault instanceof ApiError) || fault.status !== 422) return []
  return fault.errors.map(({ path, message }) => ({ path: path.replace(/^condition\.?/, ''), message }))
}

interface Props {
  readonly sentence: string | undefined
  readonly missing: number
  readonly preview: ReturnType<typeof usePreview>
}

/** What the condition says, how many it means, and five of them. */
export function Preview({ sentence, missing, preview }: Props) {
  const { data, error, isOld, isFetching, refetch } = preview
  const isRefused = faultsOf(error).length > 0
  return (
    <section aria-label={t('preview.title')} className="rounded-xl border border-line bg-surface">
      <div className="border-b border-line px-5 py-4">
        <h2 className="text-xs font-medium text-muted">{t('preview.sentence')}</h2>
        <p className="mt-1.5 text-[0.9375rem] leading-6 break-words" data-testid="sentence">
          {sentence ?? <span className="text-muted">{t('preview.unfinished', { n: missing })}</span>}
        </p>
      </div>
      <div className="px-5 py-4" aria-busy={isFetching}>
        {error && !isRefused ? (
          <div role="alert" className="text-sm text-bad">
            <p>{error.message}</p>
            <Button className="mt-2" onClick={() => void refetch()}>
              {t('state.retry')}
            </Button>
          </div>
        ) : data ? (
          <Counted {...data} isOld={isOld} />
        ) : (
          <p className="text-sm text-muted">{t(sentence === undefined ? 'preview.waiting' : 'preview.counting')}</p>
        )}
      </div>
    </section>
  )
}

type CountedProps = ReplyOf<typeof previewSegment> & { readonly isOld: boolean }

function Counted({ count, exact, interval, sample, tookMs, isOld }: CountedProps) {
  const everybody = useQuery({
    queryKey: ['segments', 'preview', 'everybody'],
    queryFn: ({ signal }) =>
      ask<typeof previewSegment>('post', PATH, { body: { condition: EVERYONE, sample: 0 } }, signal),
    staleTime: 60_000,
  })
  // Not while one types: then it is old for a moment again and again.
  const isLongOld = useSettled(isOld, LONG_MS) && isOld
  const all = Math.max(everybody.data?.count ?? 0, count)
  const share = all > 0 ? count / all : 0
  return (
    <>
      <output className="block">
        <span
          className={`text-3xl font-semibold tracking-tight tabular-nums transition-colors ${isOld ? 'text-muted' : ''}`}
        >
          {exact ? '' : '≈ '}
          {number(count)}
        </span>{' '}
        <span className="text-muted">{t('preview.people', { n: count })}</span>
        {isLongOld ? <span className="ml-2 text-xs text-muted">{t('preview.old')}</span> : null}
        {interval ? (
          <span className="block text-sm text-muted">
            {t('preview.interval', { low: interval[0], high: interval[1] })}
          </span>
        ) : null}
      </output>
      {all > 0 ? (
        <>
          <div className="mt-3 h-1.5 overflow-hidden rounded-full bg-raised" aria-hidden="true">
            <div className="h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
          </div>
          <p className="mt-1.5 text-xs text-muted">
            {t('preview.share', { share: percent(share), all })} · {t('preview.took', { ms: Math.round(tookMs) })}
          </p>
        </>
      ) : null}
      {sample.length > 0 ? (
        <>
          <h3 className="mt-5 text-xs font-medium text-muted">{t('preview.sample')}</h3>
          <ul className="mt-1.5 -mx-2">
            {sample.map((person) => (
              <SamplePerson key={person.id} person={person} />
            ))}
          </ul>
        </>
      ) : null}
    </>
  )
}

function SamplePerson({ person }: { readonly person: ProfileDocument }) {
  const name = nameOf(person)
  const other = mainIdentifiers(person).find(({ value }) => value !== name)
  return (
    <li>
      <Link
        to="/profiles/$ref"
        params={{ ref: person.id }}
        className="flex items-baseline justify-between gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-raised"
      >
        <span className="min-w-0 truncate font-medium">{name}</span>
        <span className="min-w-0 truncate text-muted">{other?.value}</span>
      </Link>
    </li>
  )
}

function percent(share: number): string {
  const digits = share > 0 && share < 0.1 ? 1 : 0
  return `${(share * 100).toFixed(digits)} %`
}
