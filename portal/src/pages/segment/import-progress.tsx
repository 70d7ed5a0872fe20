import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { readImport } from '../../../../shared/contract/read-import.ts'
import { csvRow } from '../../../../shared/import/csv-row.ts'
import { ApiError, ask, type ReplyOf } from '../../api.ts'
import { buttonLook } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { number, t } from '../../words/words.ts'

const PACE_MS = 1_000

/** How far a list is, how many rows were taken, and what was wrong with the others. */
export function ImportProgress({ jobId }: { readonly jobId: string }) {
  const queries = useQueryClient()
  const job = useQuery({
    queryKey: ['import', jobId],
    queryFn: ({ signal }) => ask<typeof readImport>('get', '/api/v1/imports/{jobId}', { params: { jobId } }, signal),
    refetchInterval: ({ state }) => (isRunning(state.data) || !state.data ? PACE_MS : false),
  })
  const state = job.data?.state
  useEffect(() => {
    if (state === 'done') void queries.invalidateQueries({ queryKey: ['segment'] })
  }, [state, queries])
  if (job.isPending) return <Loading />
  if (job.isError) return <Problem fault={job.error} />
  const { rows, accepted, rejected, bytes, reason, errorsUrl } = job.data
  return (
    <Panel title={t('import.title')} actions={<Tag tone={toneOf(job.data.state)}>{t(`import.${job.data.state}`)}</Tag>}>
      <progress
        className="h-2 w-full accent-accent"
        max={Math.max(1, bytes.total)}
        value={bytes.read}
        aria-label={t('import.read')}
      />
      <dl className="mt-4 grid grid-cols-3 gap-3 text-sm" aria-live="polite">
        {[
          [t('import.rows'), rows] as const,
          [t('import.accepted'), accepted] as const,
          [t('import.rejected'), rejected] as const,
        ].map(([label, n]) => (
          <div key={label}>
            <dt className="text-muted">{label}</dt>
            <dd className="text-lg font-medium tabular-nums">{number(n)}</dd>
          </div>
        ))}
      </dl>
      {reason ? <p className="mt-3 text-sm text-bad">{reason}</p> : null}
      {errorsUrl && !isRunning(job.data) ? <Errors url={errorsUrl} /> : null}
    </Panel>
  )
}

type Import = ReplyOf<typeof readImport>

function isRunning(job: Import | undefined): boolean {
  return job?.state === 'queued' || job?.state === 'running'
}

function toneOf(state: Import['state']): 'good' | 'bad' | 'warn' {
  return state === 'done' ? 'good' : state === 'failed' || state === 'cancelled' ? 'bad' : 'warn'
}

const SHOWN = 10

function Errors({ url }: { readonly url: string }) {
  const errors = useQuery({
    queryKey: ['import', 'errors', url],
    queryFn: ({ signal }) => firstErrors(url, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div className="mt-5 text-sm">
      {errors.isError ? <Problem fault={errors.error} /> : null}
      {errors.data ? (
        <div className="overflow-x-auto">
          <table className="w-full">
            <thead className="text-left text-muted">
              <tr>
                <th className="py-1.5 pr-3 font-medium">{t('import.row')}</th>
                <th className="py-1.5 pr-3 font-medium">{t('import.column')}</th>
                <th className="py-1.5 font-medium">{t('import.problem')}</th>
              </tr>
            </thead>
            <tbody>
              {errors.data.map(([row, column, , message]) => (
                <tr key={`${row} ${column}`} className="border-t border-line">
                  <td className="py-1.5 pr-3 tabular-nums">{row}</td>
                  <td className="py-1.5 pr-3">{column}</td>
                  <td className="py-1.5 break-words">{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <a href={url} download className={`${buttonLook()} mt-3`}>
        {t('import.download')}
      </a>
    </div>
  )
}

/** Rows of row, column, code, message, line. */
async function firstErrors(url: string, signal: AbortSignal): Promise<readonly (readonly string[])[]> {
  const response = await fetch(url, { credentials: 'same-origin', signal })
  if (!response.ok) throw new ApiError(response.status, response.statusText)
  const text = await response.text()
  const rows: (readonly string[])[] = []
  for (let at = 0; at < text.length && rows.length <= SHOWN; ) {
    const row = csvRow(text, at, ',', true)
    if (row.kind === 'more') break
    if (row.kind === 'row') rows.push(row.cells)
    at = row.end
  }
  return rows.slice(1)
}
