import { useQuery } from '@tanstack/react-query'
import { Figure } from '../../components/item-list.tsx'
import { Tag } from '../../components/tag.tsx'
import { number, t } from '../../words/words.ts'
import { deliveriesQuery } from './destination-queries.ts'

/** How deliveries go, in a line: of a destination, or of a plugin that observes. */
export function DeliveryHealth({ id }: { readonly id: string }) {
  const { data, isError } = useQuery(deliveriesQuery(id))
  if (!data) return <span className="text-muted">{isError ? t('lists.notRead') : '…'}</span>
  const { counts, waiting, lanes } = data
  const isDown = lanes.some(({ state }) => state !== 'closed')
  if (counts.delivered + counts.retrying + counts.skipped + counts.dead_letter + waiting === 0)
    return <span className="text-muted">{t('lists.never')}</span>
  return (
    <>
      {isDown ? <Tag tone="bad">{t('destinations.down')}</Tag> : null}
      {waiting > 0 ? <Figure value={number(waiting)} label={t('destinations.waiting')} tone="warn" /> : null}
      {counts.retrying > 0 ? <Figure value={number(counts.retrying)} label={t('destinations.retrying')} /> : null}
      {counts.dead_letter > 0 ? (
        <Figure value={number(counts.dead_letter)} label={t('destinations.refused')} tone="bad" />
      ) : null}
      <Figure value={number(counts.delivered)} label={t('destinations.delivered')} />
    </>
  )
}
