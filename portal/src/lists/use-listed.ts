import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'

export const PAGE_SIZE = '25'

interface ListedProps<P extends { readonly cursor: string | null }, T> {
  readonly queryKey: readonly unknown[]
  readonly page: (cursor: string | undefined, signal: AbortSignal) => Promise<P>
  readonly items: (page: P) => readonly T[]
  /** Whether something is looked for that only the portal knows how to find: then every page is fetched. */
  readonly isWhole?: boolean
  readonly refetchMs?: number
}

/** A list of the API, page by page. */
export function useListed<P extends { readonly cursor: string | null }, T>(props: ListedProps<P, T>) {
  const { queryKey, page, items, isWhole = false, refetchMs } = props
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }: P) => cursor ?? undefined,
    ...(refetchMs === undefined ? {} : { refetchInterval: refetchMs }),
  })
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isError } = query
  useEffect(() => {
    if (isWhole && hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage()
  }, [isWhole, hasNextPage, isFetchingNextPage, fetchNextPage, isError])
  return { query, items: query.data?.pages.flatMap(items) ?? [] }
}
