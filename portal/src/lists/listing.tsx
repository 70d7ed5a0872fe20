import type { ReactNode } from 'react'
import { LoadMore } from '../components/item-list.tsx'
import { Empty, Loading, Problem } from '../components/states.tsx'
import { t } from '../words/words.ts'

export interface ListingProps {
  readonly query: {
    readonly isPending: boolean
    readonly isError: boolean
    readonly error: unknown
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    fetchNextPage(): Promise<unknown>
    refetch(): Promise<unknown>
  }
  /** How many there are, and how many of them are shown. */
  readonly count: number
  readonly shown: number
  /** Whether the server was asked for some of them: then none is no proof that there are none. */
  readonly isFiltered?: boolean
  readonly none: { readonly title: string; readonly hint: ReactNode }
  readonly children: ReactNode
}

/** A list in each of its states: it loads, it failed, there is nothing, nothing fits, or there it is. */
export function Listing({ query, count, shown, isFiltered = false, none, children }: ListingProps) {
  if (query.isPending) return <Loading />
  if (query.isError && count === 0) return <Problem fault={query.error} retry={() => void query.refetch()} />
  if (count === 0 && !isFiltered) return <Empty title={none.title}>{none.hint}</Empty>
  const isLooking = shown === 0 && query.hasNextPage
  return (
    <>
      {shown > 0 ? (
        children
      ) : isLooking ? (
        <Loading />
      ) : (
        <Empty title={t('lists.noneFits')}>{t('lists.noneFitsHint')}</Empty>
      )}
      {isLooking ? null : <LoadMore query={query} />}
    </>
  )
}
