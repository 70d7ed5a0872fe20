import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { createSource } from '../../../../shared/contract/create-source.ts'
import type { deleteSource } from '../../../../shared/contract/delete-source.ts'
import type { eraseProfile } from '../../../../shared/contract/erase-profile.ts'
import { ApiError, ask } from '../../api.ts'
import { Button, buttonLook } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Problem } from '../../components/states.tsx'
import { sourcesQuery } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { SAMPLE_IDS, SAMPLE_PREFIX, SAMPLE_SOURCE, sampleEvents } from './sample-people.ts'

/** Six people to look around with, from a source of their own; removing them erases them like anybody else. */
export function SampleData() {
  const queries = useQueryClient()
  const sources = useQuery(sourcesQuery)
  const source = sources.data?.sources.find(({ name }) => name === SAMPLE_SOURCE)
  const onSettled = () => queries.invalidateQueries()
  const load = useMutation({ mutationFn: loadSample, onSettled })
  const remove = useMutation({ mutationFn: removeSample, onSettled })
  const failed = load.error ?? remove.error
  return (
    <Panel title={t('start.sample')}>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p className="max-w-prose text-sm text-muted">{source ? t('start.sampleThere') : t('start.sampleHint')}</p>
        {source ? (
          <div className="flex flex-wrap gap-2">
            <Link to="/profiles" search={{ q: SAMPLE_PREFIX }} className={buttonLook()}>
              {t('start.sampleSee')}
            </Link>
            <Button disabled={remove.isPending} onClick={() => remove.mutate(source.id)}>
              {t('start.sampleRemove')}
            </Button>
          </div>
        ) : (
          <Button disabled={load.isPending} onClick={() => load.mutate()}>
            {t('start.sampleLoad')}
          </Button>
        )}
      </div>
      {failed ? <Problem fault={failed} /> : null}
    </Panel>
  )
}

async function loadSample(): Promise<void> {
  const body = { name: SAMPLE_SOURCE, kind: 'web' } as const
  const { writeKey } = await ask<typeof createSource>('post', '/api/v1/sources', { body })
  const response = await fetch('/v1/batch', {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ batch: sampleEvents(Date.now()) }),
  })
  if (!response.ok) throw new ApiError(response.status, await response.text())
}

/** The source goes last: while it is there, what is left can be removed once more. */
async function removeSample(sourceId: string): Promise<void> {
  for (const id of SAMPLE_IDS) await erase(`user_id:${id}`)
  await ask<typeof deleteSource>('delete', '/api/v1/sources/{sourceId}', { params: { sourceId } })
}

async function erase(ref: string): Promise<void> {
  try {
    await ask<typeof eraseProfile>('delete', '/api/v1/profiles/{ref}', { params: { ref } })
  } catch (fault) {
    if (!(fault instanceof ApiError && fault.status === 404)) throw fault
  }
}
