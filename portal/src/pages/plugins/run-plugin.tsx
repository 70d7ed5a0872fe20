import { useMutation, useQuery } from '@tanstack/react-query'
import type { listJobs } from '../../../../shared/contract/list-jobs.ts'
import type { runPlugin } from '../../../../shared/contract/run-plugin.ts'
import { ask } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Problem } from '../../components/states.tsx'
import { JobProgress } from '../../lists/job-progress.tsx'
import { t } from '../../words/words.ts'

interface Props {
  readonly id: string
  readonly isMine: boolean
}

/** A batch plugin now, besides its schedule. */
export function RunPlugin({ id, isMine }: Props) {
  const run = useMutation({
    mutationFn: () => ask<typeof runPlugin>('post', '/api/v1/plugins/{pluginId}/run', { params: { pluginId: id } }),
  })
  const newest = useQuery({
    queryKey: ['jobs', 'run-plugin'],
    queryFn: ({ signal }) =>
      ask<typeof listJobs>('get', '/api/v1/jobs', { query: { kind: 'run-plugin', limit: '1' } }, signal),
  })
  const job = run.data?.jobId ?? newest.data?.jobs[0]?.id
  return (
    <Panel title={t('plugins.run')}>
      <p className="mb-5 text-sm text-muted">{t('plugins.runHint')}</p>
      {isMine ? (
        <Button look="main" disabled={run.isPending} onClick={() => run.mutate()}>
          {t('plugins.runNow')}
        </Button>
      ) : null}
      {run.isError ? <Problem fault={run.error} /> : null}
      {job ? (
        <div className="mt-6">
          <JobProgress key={job} id={job} />
        </div>
      ) : null}
    </Panel>
  )
}
