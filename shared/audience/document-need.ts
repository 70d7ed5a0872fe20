import type { Applied } from '../profile/apply.ts'

/**
 * What the audience shards must hear after a batch. A document goes out at once when something in it changed that people
 * are searched or selected by; that somebody was counted once more is only noted, and asked for later. A copy that came
 * again may be the one whose first news was lost.
 */
export type DocumentNeed = 'document' | 'touch' | 'nothing'

export function documentNeed({ told, outcomes }: Pick<Applied, 'told' | 'outcomes'>): DocumentNeed {
  if (told.length > 0) return 'document'
  return outcomes.some(({ kind }) => kind === 'applied') ? 'touch' : 'nothing'
}
