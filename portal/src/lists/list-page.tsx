import type { ReactNode } from 'react'
import { ItemList } from '../components/item-list.tsx'
import { Filters } from '../components/list-filters.tsx'
import { Page } from '../components/page.tsx'
import { t } from '../words/words.ts'
import { Listing, type ListingProps } from './listing.tsx'

interface Props<T> extends Omit<ListingProps, 'children' | 'shown'> {
  readonly title: string
  readonly lead: string
  readonly actions: ReactNode
  readonly filters: ReactNode
  readonly items: readonly T[]
  readonly item: (one: T) => ReactNode
  /** Dialogs over the page. */
  readonly children?: ReactNode
}

/** A list of what a workspace has of something, with what narrows it. */
export function ListPage<T>({ title, lead, actions, filters, items, item, children, ...listing }: Props<T>) {
  return (
    <Page title={title} lead={lead} actions={actions}>
      <Filters label={t('lists.filters')}>{filters}</Filters>
      <Listing {...listing} shown={items.length}>
        <ItemList label={title}>{items.map(item)}</ItemList>
      </Listing>
      {children}
    </Page>
  )
}
