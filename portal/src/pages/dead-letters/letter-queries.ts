import { queryOptions } from '@tanstack/react-query'
import type { countDeadLetters } from '../../../../shared/contract/count-dead-letters.ts'
import type { discardDeadLetters } from '../../../../shared/contract/discard-dead-letters.ts'
import type { listDeadLetters } from '../../../../shared/contract/list-dead-letters.ts'
import type { readDeadLetter } from '../../../../shared/contract/read-dead-letter.ts'
import type { replayDeadLetters } from '../../../../shared/contract/replay-dead-letters.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { queries } from '../../queries.ts'

export type Letter = ReplyOf<typeof listDeadLetters>['deadLetters'][number]
export type LetterWithEvent = ReplyOf<typeof readDeadLetter>
export type Counts = ReplyOf<typeof countDeadLetters>
export type Selection = Given<typeof replayDeadLetters>['body']

/** What the address asks for. */
export interface LetterFilter {
  readonly stage?: string
  readonly reason?: string
  readonly source?: string
  readonly event?: string
  readonly text?: string
  readonly from?: string
  readonly to?: string
}

export function filterOf({ stage, reason, source, event, text, from, to }: LetterFilter): LetterFilter {
  const all = { stage, reason, source, event, text, from, to }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ''))
}

export function countsQuery(filter: LetterFilter) {
  return queryOptions({
    queryKey: ['dead-letters', 'counts', filter],
    queryFn: ({ signal }) =>
      ask<typeof countDeadLetters>('get', '/api/v1/dead-letters:count', { query: { ...filter } }, signal),
    refetchInterval: 15_000,
  })
}

export function letterQuery(id: string) {
  return queryOptions({
    queryKey: ['dead-letters', 'one', id],
    queryFn: ({ signal }) => ask<typeof readDeadLetter>('get', '/api/v1/dead-letters/{id}', { params: { id } }, signal),
    refetchOnWindowFocus: false,
  })
}

/** Those that fit and are there now; what comes while one decides is not meant. */
export function selectionOf(filter: LetterFilter): Selection {
  return { ...filter, to: filter.to ?? new Date().toISOString() }
}

export async function replay(selection: Selection): Promise<string> {
  const { jobId } = await ask<typeof replayDeadLetters>('post', '/api/v1/dead-letters:replay', { body: selection })
  return jobId
}

export async function discard(selection: Selection): Promise<void> {
  await ask<typeof discardDeadLetters>('post', '/api/v1/dead-letters:discard', { body: selection })
  await letAgain()
}

/** Reads the letters anew. */
export function letAgain(): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['dead-letters'] })
}
