import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { number, t } from '../../words/words.ts'
import { countsQuery, type LetterFilter } from './letter-queries.ts'

/** Shown before somebody asks for the rest. */
const FEW = 6

/** How many there are of what, most first; each leads to its own. */
export function LetterCounts({ filter }: { readonly filter: LetterFilter }) {
  const { stage, reason, ...rest } = filter
  const { data } = useQuery(countsQuery(rest))
  if (!data || data.kinds.length === 0) return null
  const lines = data.kinds.map((kind) => {
    const isChosen = kind.stage === stage && kind.reason === reason
    return (
      <li key={`${kind.stage} ${kind.reason}`} className="relative border-b border-line last:border-0 hover:bg-raised">
        <Link
          to="/dead-letters"
          search={isChosen ? { ...rest } : { ...rest, stage: kind.stage, reason: kind.reason }}
          aria-current={isChosen ? 'true' : undefined}
          className="grid grid-cols-[2.5rem_1fr] items-baseline gap-x-4 px-4 py-2 text-sm aria-[current=true]:bg-tint sm:grid-cols-[2.5rem_7rem_1fr_9rem] sm:px-5"
        >
          <span className="text-right font-medium tabular-nums">{number(kind.count)}</span>
          <span className="hidden sm:block">
            <Tag>{kind.stage}</Tag>
          </span>
          <span className="min-w-0 break-words">{kind.reason}</span>
          <span className="hidden text-right text-muted sm:block">
            <Time at={kind.lastAt} as="ago" />
          </span>
        </Link>
      </li>
    )
  })
  return (
    <section aria-label={t('letters.byReason')} className="mb-6 rounded-xl border border-line bg-surface">
      <ul>{lines.slice(0, FEW)}</ul>
      {lines.length > FEW ? (
        <details>
          <summary className="border-t border-line px-5 py-2 text-sm text-muted">
            {t('letters.moreKinds', { n: lines.length - FEW })}
          </summary>
          <ul>{lines.slice(FEW)}</ul>
        </details>
      ) : null}
    </section>
  )
}
