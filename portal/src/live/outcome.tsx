import { Tag, type Tone } from '../components/tag.tsx'
import { t } from '../words/words.ts'
import type { LiveRow } from './live-socket.ts'

export const OUTCOMES = ['applied', 'duplicate', 'dropped', 'rejected', 'dead_letter'] as const
export const TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const

const TONES: Readonly<Record<LiveRow['outcome'], Tone>> = {
  applied: 'good',
  duplicate: 'plain',
  dropped: 'warn',
  rejected: 'bad',
  dead_letter: 'bad',
}

export function Outcome({ outcome }: Pick<LiveRow, 'outcome'>) {
  return <Tag tone={TONES[outcome]}>{t(`outcome.${outcome}`)}</Tag>
}

/** What to call an event: its name, else its type. */
export function titleOf({ name, type }: Pick<LiveRow, 'name' | 'type'>): string {
  return name ?? type ?? t('live.noEvent')
}
