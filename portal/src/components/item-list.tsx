import type { ReactNode } from 'react'
import { t } from '../words/words.ts'
import { Button } from './button.tsx'

interface ListProps {
  readonly label: string
  readonly children: ReactNode
}

/** Things a workspace has: a line for each, with how it goes. */
export function ItemList({ label, children }: ListProps) {
  return (
    <ul aria-label={label} className="overflow-hidden rounded-xl border border-line bg-surface">
      {children}
    </ul>
  )
}

interface ItemProps {
  /** A link that covers the line: `after:absolute after:inset-0`. */
  readonly link: ReactNode
  readonly tags?: ReactNode
  readonly sub?: ReactNode
  /** How it goes. */
  readonly health?: ReactNode
  readonly actions?: ReactNode
}

export const itemLink = 'font-medium break-words after:absolute after:inset-0'

export function Item({ link, tags, sub, health, actions }: ItemProps) {
  return (
    <li className="relative flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line px-4 py-3.5 last:border-0 hover:bg-raised sm:flex-nowrap sm:px-5">
      <div className="min-w-0 flex-1 basis-full sm:basis-0">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          {link}
          {tags}
        </div>
        {sub ? <p className="mt-0.5 text-sm break-words text-muted">{sub}</p> : null}
      </div>
      {health ? (
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-5 gap-y-1 text-sm sm:flex-none sm:justify-end">
          {health}
        </div>
      ) : null}
      {actions ? <div className="relative z-10 flex flex-none items-center gap-2">{actions}</div> : null}
    </li>
  )
}

interface FigureProps {
  readonly value: ReactNode
  readonly label: string
  readonly tone?: 'plain' | 'good' | 'warn' | 'bad'
}

const TONES = { plain: '', good: 'text-good', warn: 'text-warn', bad: 'text-bad' } as const

/** A number and what it counts. */
export function Figure({ value, label, tone = 'plain' }: FigureProps) {
  return (
    <span className="whitespace-nowrap">
      <span className={`font-medium tabular-nums ${TONES[tone]}`}>{value}</span>{' '}
      <span className="text-muted">{label}</span>
    </span>
  )
}

interface MoreProps {
  readonly query: {
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    fetchNextPage(): Promise<unknown>
  }
}

export function LoadMore({ query }: MoreProps) {
  if (!query.hasNextPage) return null
  return (
    <div className="mt-6 flex justify-center">
      <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
        {t('common.more')}
      </Button>
    </div>
  )
}
