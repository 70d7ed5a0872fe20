import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './api.ts'

/** What was read lately. A refusal is an answer and is not asked again; a session that ended leads to the sign-in page. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (times, fault) => times < 2 && mayPass(fault), refetchOnWindowFocus: true },
  },
})

function mayPass(fault: unknown): boolean {
  return !(fault instanceof ApiError) || fault.status === 503 || fault.status === 429
}

function leaveWhenSignedOut(fault: unknown): void {
  const isElsewhere = location.pathname !== '/sign-in'
  if (fault instanceof ApiError && fault.status === 401 && isElsewhere) {
    const back = location.pathname + location.search
    location.assign(back === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ next: back })}`)
  }
}
