import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { replayDeadLetters } from '../../../../shared/contract/replay-dead-letters.ts'
import type { startReplay } from '../../../../shared/contract/start-replay.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { Problem } from '../../components/states.tsx'
import { JobProgress } from '../../lists/job-progress.tsx'
import type { LiveRow } from '../../live/live-socket.ts'
import { titleOf } from '../../live/outcome.tsx'
import { may, sessionQuery } from '../../session.ts'
import { t } from '../../words/words.ts'

/** Outcomes of what never took effect; what was applied would only be a duplicate. */
const IN_VAIN = ['dropped', 'rejected', 'dead_letter'] as const
type InVain = (typeof IN_VAIN)[number]

/** Sends an event that had no effect through the pipeline again; it cannot be taken back, so it is said what will happen. */
export function Replay({ row }: { readonly row: LiveRow }) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const [isOpen, setOpen] = useState(false)
  const outcome = IN_VAIN.find((one) => one === row.outcome)
  if (!outcome || !may(session, 'dead-letters:write')) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('live.replay')}</Button>
      {isOpen ? <ReplayDialog row={row} outcome={outcome} close={() => setOpen(false)} /> : null}
    </>
  )
}

interface Props {
  readonly row: LiveRow
  readonly outcome: InVain
  readonly close: () => void
}

function ReplayDialog({ row, outcome, close }: Props) {
  const queries = useQueryClient()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const [isOver, setOver] = useState(false)
  const replay = useMutation({ mutationFn: () => sentAgain(row, outcome) })
  // What comes of it is a step of the same trace, some seconds on.
  const again = () => void queries.resetQueries({ queryKey: ['trace', row.messageId] })
  return (
    <Dialog title={t('live.replayTitle', { name: titleOf(row) })} close={close}>
      {replay.data ? (
        <>
          {may(session, 'jobs:read') ? (
            <JobProgress
              id={replay.data.jobId}
              ended={() => {
                setOver(true)
                again()
              }}
            />
          ) : (
            <p role="status">{t('live.replayBegun')}</p>
          )}
          {isOver ? <p className="mt-3 text-sm text-muted">{t('live.replayOver')}</p> : null}
          <div className="mt-6 flex justify-end">
            <Button look="main" onClick={close}>
              {t('app.close')}
            </Button>
          </div>
        </>
      ) : (
        <>
          <p className="text-sm">{t('live.replayHint')}</p>
          {row.reason ? (
            <p className="mt-3 rounded-lg bg-raised px-4 py-3 font-mono text-xs break-words">{row.reason}</p>
          ) : null}
          <p className="mt-3 text-sm text-muted">{t(`live.replay.${outcome}`)}</p>
          {replay.isError ? (
            <div className="mt-4">
              <Problem fault={replay.error} />
            </div>
          ) : null}
          <div className="mt-6 flex justify-end gap-2">
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button look="main" disabled={replay.isPending} onClick={() => replay.mutate()}>
              {t('live.replayNow')}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  )
}

function sentAgain({ copyId, messageId, source, receivedAt }: LiveRow, outcome: InVain) {
  if (outcome === 'dead_letter')
    return ask<typeof replayDeadLetters>('post', '/api/v1/dead-letters:replay', { body: { ids: [copyId] } })
  const filter = { sources: [source], messageIds: [messageId] }
  return ask<typeof startReplay>('post', '/api/v1/replays', {
    body: { from: receivedAt, to: receivedAt, outcome, filter },
  })
}
