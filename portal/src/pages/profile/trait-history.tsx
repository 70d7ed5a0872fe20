import { useQuery } from '@tanstack/react-query'
import type { listTraitWrites } from '../../../../shared/contract/list-trait-writes.ts'
import type { ProfileDocument, TraitWriteDocument } from '../../../../shared/profile/document.ts'
import { ask } from '../../api.ts'
import { Value } from '../../components/masked.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag, type Tone } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly person: ProfileDocument
  readonly trait: string
}

const TONES: Readonly<Record<TraitWriteDocument['outcome'], Tone>> = {
  stands: 'good',
  lost: 'plain',
  not_taken: 'warn',
}

/** Every value a trait was given: who said what and when, and what lost against the one that stands. */
export function TraitHistory({ person, trait }: Props) {
  const sourceName = useSourceNames()
  const writes = useQuery({
    queryKey: ['profile', person.id, 'trait', trait, person.version],
    queryFn: ({ signal }) =>
      ask<typeof listTraitWrites>(
        'get',
        '/api/v1/profiles/{ref}/traits/{trait}',
        { params: { ref: person.id, trait } },
        signal,
      ),
  })
  if (writes.isPending) return <Loading />
  if (writes.isError) return <Problem fault={writes.error} retry={() => void writes.refetch()} />
  return (
    <ol aria-label={t('person.historyOf', { trait })} className="rounded-lg bg-raised px-4 py-1">
      {writes.data.writes.map(({ value, at, messageId, source, outcome }) => (
        <li
          key={`${source} ${messageId}`}
          className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line py-2 last:border-0"
        >
          <span className={`min-w-0 flex-1 basis-40 break-words ${outcome === 'stands' ? '' : 'text-muted'}`}>
            <Value text={typeof value === 'string' ? value : JSON.stringify(value)} />
          </span>
          <Tag tone={TONES[outcome]}>{t(`person.write.${outcome}`)}</Tag>
          <span className="text-muted">
            {sourceName(source)} · <Time at={at} />
          </span>
        </li>
      ))}
    </ol>
  )
}
