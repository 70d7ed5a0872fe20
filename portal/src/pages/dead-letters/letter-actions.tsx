import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from '../../components/button.tsx'
import { later } from '../../components/toasts.ts'
import { tellFault } from '../../lists/tell-fault.ts'
import { number, t } from '../../words/words.ts'
import { countsQuery, discard, type LetterFilter, replay, selectionOf } from './letter-queries.ts'

/** Under it everything that fits is put away, as long as that can be taken back. */
export function bulkId(filter: LetterFilter): string {
  return `dead-letters ${JSON.stringify(filter)}`
}

interface Props {
  readonly filter: LetterFilter
  readonly replayed: (job: string) => void
}

/** What is done with all letters that fit. */
export function LetterActions({ filter, replayed }: Props) {
  const { data } = useQuery(countsQuery(filter))
  const again = useMutation({
    mutationFn: () => replay(selectionOf(filter)),
    onSuccess: replayed,
    onError: tellFault,
  })
  // More than are counted may fit; then no number is promised.
  const n = data && !data.more ? number(data.total) : ''
  function discardAll() {
    const selection = selectionOf(filter)
    later({ id: bulkId(filter), text: t('letters.discardedAll', { count: n }), act: () => discard(selection) })
  }
  return (
    <>
      <Button look="main" disabled={again.isPending} onClick={() => again.mutate()}>
        {t('letters.replayAll', { count: n })}
      </Button>
      <Button look="danger" onClick={discardAll}>
        {t('letters.discardAll', { count: n })}
      </Button>
    </>
  )
}
