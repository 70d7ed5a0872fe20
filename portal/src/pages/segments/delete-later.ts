import type { deleteSegment } from '../../../../shared/contract/delete-segment.ts'
import { ask } from '../../api.ts'
import { later } from '../../components/toasts.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

/** Where nothing happened yet, nobody was told that they left it. What is read by something else stays, and it is said by what. */
export function deleteLater({ key, name }: { readonly key: string; readonly name: string }): void {
  later({
    id: `segment:${key}`,
    text: t('segment.deleted', { name }),
    async act() {
      await ask<typeof deleteSegment>('delete', '/api/v1/segments/{key}', { params: { key } })
      queries.removeQueries({ queryKey: ['segment', key] })
      await queries.invalidateQueries({ queryKey: ['segments'] })
    },
  })
}
