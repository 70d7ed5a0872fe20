import { useQuery } from '@tanstack/react-query'
import type { readEventTrace } from '../../../../shared/contract/read-event-trace.ts'
import { ApiError, ask, type ReplyOf } from '../../api.ts'
import { Loading, Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { t } from '../../words/words.ts'

type Step = ReplyOf<typeof readEventTrace>['steps'][number]

/** Segments and destinations follow the event by a window of seconds. */
const AGAIN_MS = 3_000

export function EventTrace({ messageId }: { readonly messageId: string }) {
  const trace = useQuery({
    queryKey: ['trace', messageId],
    queryFn: ({ signal }) =>
      ask<typeof readEventTrace>('get', '/api/v1/events/{messageId}/trace', { params: { messageId } }, signal),
    refetchInterval: ({ state }) => (state.dataUpdateCount < 5 ? AGAIN_MS : false),
  })
  if (trace.isPending) return <Loading />
  if (trace.error instanceof ApiError && trace.error.status === 404)
    return <p className="text-sm text-muted">{t('live.traceGone')}</p>
  if (trace.isError) return <Problem fault={trace.error} retry={() => void trace.refetch()} />
  return (
    <ol className="border-l border-line pl-4 text-sm">
      {trace.data.steps.map((step, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps stand in the order in which they happened
        <TraceStep key={i} step={step} />
      ))}
    </ol>
  )
}

function TraceStep({ step }: { readonly step: Step }) {
  const details = Object.entries(step.detail).filter(([, value]) => value !== null && value !== '')
  return (
    <li className="relative pb-4 last:pb-0 before:absolute before:top-[0.45rem] before:-left-[1.28rem] before:size-2 before:rounded-full before:bg-strong-line">
      <div className="flex items-baseline justify-between gap-3">
        <span>
          <span className="font-medium">{step.step}</span>
          {step.outcome ? <span className="text-muted"> · {step.outcome}</span> : null}
        </span>
        <span className="text-xs text-muted">
          <Time at={step.at} as="clock" />
        </span>
      </div>
      {step.reason ? <p className="text-muted break-words">{step.reason}</p> : null}
      {details.length > 0 ? (
        <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 font-mono text-xs text-muted">
          {details.map(([name, value]) => (
            <div key={name} className="contents">
              <dt>{name}</dt>
              <dd className="break-all text-ink">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </li>
  )
}
