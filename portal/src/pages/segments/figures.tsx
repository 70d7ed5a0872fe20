import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { number, t } from '../../words/words.ts'

interface Props {
  readonly segment: SegmentDocument
  /** In words, where there is room. */
  readonly isLong?: boolean
}

/** How many are in it. */
export function Size({ segment: { count }, isLong = false }: Props) {
  if (count === null) return <span title={t('segments.notCounted')}>–</span>
  return (
    <span className="tabular-nums">
      <span className="font-medium">{number(count)}</span> {isLong ? t('preview.people', { n: count }) : ''}
    </span>
  )
}

/** Who came and who went since a day ago. */
export function Growth({ segment: { growth }, isLong = false }: Props) {
  if (!growth) return <span className="text-muted">{isLong ? '' : '–'}</span>
  const { entered, exited } = growth
  if (entered === 0 && exited === 0)
    return <span className="text-muted">{isLong ? t('segments.unchanged') : '±0'}</span>
  return (
    <span className="whitespace-nowrap tabular-nums" title={t('segments.growthHint')}>
      <span className={entered > 0 ? 'text-good' : 'text-muted'}>+{number(entered)}</span>{' '}
      <span className={exited > 0 ? 'text-bad' : 'text-muted'}>−{number(exited)}</span>{' '}
      {isLong ? <span className="text-muted">{t('segments.today')}</span> : null}
    </span>
  )
}

/** Until when changes are counted; while everybody is looked at, how far that is. */
export function Freshness({ segment: { state, progress, freshAsOf }, isLong = false }: Props) {
  if (state === 'building') {
    const share = progress && progress.total > 0 ? Math.floor((progress.done / progress.total) * 100) : undefined
    return (
      <Tag tone="warn">{share === undefined ? t('segments.building') : t('segments.buildingShare', { share })}</Tag>
    )
  }
  if (!freshAsOf) return <span className="text-muted">–</span>
  return (
    <span className="whitespace-nowrap text-muted">
      {isLong ? t('segments.freshAsOf') : ''} <Time at={freshAsOf} as="ago" />
    </span>
  )
}
