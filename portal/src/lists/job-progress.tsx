import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { cancelJob } from '../../../shared/contract/cancel-job.ts'
import type { readJob } from '../../../shared/contract/read-job.ts'
import { ask, type ReplyOf } from '../api.ts'
import { Button } from '../components/button.tsx'
import { Json } from '../components/json.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tag, type Tone } from '../components/tag.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'

export type Job = ReplyOf<typeof readJob>

const TONES: Readonly<Record<Job['state'], Tone>> = {
  queued: 'plain',
  running: 'accent',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
}

interface Props {
  readonly id: string
  readonly ended?: (job: Job) => void
}

/** How far long work is, what came of it, and a way to stop it. */
export function JobProgress({ id, ended }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const job = useQuery({
    queryKey: ['job', id],
    queryFn: ({ signal }) => ask<typeof readJob>('get', '/api/v1/jobs/{jobId}', { params: { jobId: id } }, signal),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : 1_000),
  })
  const cancel = useMutation({
    mutationFn: () => ask<typeof cancelJob>('post', '/api/v1/jobs/{jobId}/cancel', { params: { jobId: id } }),
    onSuccess: () => job.refetch(),
  })
  const tell = useRef(ended)
  tell.current = ended
  const over = job.data && isOver(job.data) ? job.data : undefined
  useEffect(() => {
    if (over) tell.current?.(over)
  }, [over])
  if (job.isPending) return <Loading />
  if (job.isError) return <Problem fault={job.error} retry={() => void job.refetch()} />
  const { state, done, total, errors, reason, result } = job.data
  return (
    <div className="text-sm">
      <p role="status" className="mb-2 flex flex-wrap items-center gap-2.5">
        <Tag tone={TONES[state]}>{t(`job.${state}`)}</Tag>
        <span className="tabular-nums">{t('job.progress', { done, total })}</span>
        {errors > 0 ? <span className="text-bad">{t('job.errors', { n: errors })}</span> : null}
      </p>
      <progress
        value={state === 'done' ? 1 : done}
        max={state === 'done' ? 1 : Math.max(total, 1)}
        aria-label={t('job.label')}
        className="mb-3 h-1.5 w-full accent-accent"
      />
      {reason ? <p className="mb-3 break-words text-muted">{reason}</p> : null}
      {isOver(job.data) && result !== null ? <Json value={result} /> : null}
      {!isOver(job.data) && may(session, 'jobs:write') ? (
        <Button disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          {t('job.cancel')}
        </Button>
      ) : null}
      {cancel.isError ? <Problem fault={cancel.error} /> : null}
    </div>
  )
}

function isOver({ state }: Pick<Job, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled'
}
