import { useInfiniteQuery } from '@tanstack/react-query'
import type { listSegmentVersions } from '../../../../shared/contract/list-segment-versions.ts'
import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import type { JsonValue } from '../../../../shared/kernel/json.ts'
import { ask, type ReplyOf } from '../../api.ts'
import { Button } from '../../components/button.tsx'
import { LoadMore } from '../../components/item-list.tsx'
import { Json } from '../../components/json.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { type Branch, branchOf } from '../../segment/branch.ts'
import { wordDifference } from '../../segment/word-difference.ts'
import { t } from '../../words/words.ts'

interface Props {
  readonly segment: SegmentDocument
  /** Goes on with what an earlier version said. */
  readonly takeUp: (condition: Branch) => void
}

type Version = ReplyOf<typeof listSegmentVersions>['versions'][number]

/** What a segment was, newest first, each with what was different from the one before. */
export function Versions({ segment, takeUp }: Props) {
  const { key, version: present } = segment
  const versions = useInfiniteQuery({
    queryKey: ['segment', key, 'versions', present],
    queryFn: ({ pageParam, signal }) =>
      ask<typeof listSegmentVersions>(
        'get',
        '/api/v1/segments/{key}/versions',
        { params: { key }, query: { cursor: pageParam, limit: 20 } },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor ?? undefined,
  })
  if (versions.isPending) return <Loading />
  if (versions.isError) return <Problem fault={versions.error} retry={() => void versions.refetch()} />
  const found = versions.data.pages.flatMap((page) => page.versions)
  return (
    <>
      <ol className="flex flex-col gap-3" aria-label={t('segment.versions')}>
        {found.map((version, i) => (
          <Entry
            key={version.version}
            version={version}
            before={found[i + 1]}
            isPresent={version.version === present}
            takeUp={segment.kind === 'file' ? undefined : () => takeUp(branchOf(version.condition as JsonValue))}
          />
        ))}
      </ol>
      <LoadMore query={versions} />
    </>
  )
}

interface EntryProps {
  readonly version: Version
  readonly before: Version | undefined
  readonly isPresent: boolean
  readonly takeUp: (() => void) | undefined
}

function Entry({ version, before, isPresent, takeUp }: EntryProps) {
  return (
    <li className="rounded-xl border border-line bg-surface px-5 py-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <span className="flex flex-wrap items-baseline gap-x-3 text-sm">
          <span className="font-medium">{t('segment.version', { n: version.version })}</span>
          {isPresent ? <Tag tone="accent">{t('segment.present')}</Tag> : null}
          <span className="text-muted">
            <Time at={version.at} />
            {version.actor === '' ? '' : ` · ${version.actorName ?? version.actor}`}
          </span>
        </span>
        {isPresent || !takeUp ? null : <Button onClick={takeUp}>{t('segment.takeUp')}</Button>}
      </div>
      {before && before.name !== version.name ? (
        <p className="mt-2 text-sm">
          <span className="mr-2 text-muted">{t('segment.name')}</span>
          <Difference before={before.name} after={version.name} />
        </p>
      ) : null}
      <p className="mt-2 text-[0.9375rem] leading-6 break-words">
        {before ? <Difference before={before.sentence} after={version.sentence} /> : version.sentence}
      </p>
      <details className="mt-2 text-sm">
        <summary className="w-fit rounded text-muted hover:text-ink">JSON</summary>
        <div className="mt-2">
          <Json value={version.condition} />
        </div>
      </details>
    </li>
  )
}

/** Told by more than colour: struck out and underlined. */
function Difference({ before, after }: { readonly before: string; readonly after: string }) {
  const pieces = wordDifference(before, after)
  let at = 0
  return pieces.map(({ kind, text }) => {
    at += 1
    const key = `${at}`
    if (kind === 'same') return <span key={key}>{text}</span>
    return kind === 'gone' ? (
      <del key={key} className="rounded-sm bg-bad-tint text-bad">
        {text}
      </del>
    ) : (
      <ins key={key} className="rounded-sm bg-good-tint text-good">
        {text}
      </ins>
    )
  })
}
