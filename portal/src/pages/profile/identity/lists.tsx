import type { IdentityDocument, LinkDocument, MergeDocument } from '../../../../../shared/profile/document.ts'
import { Button } from '../../../components/button.tsx'
import { Panel } from '../../../components/panel.tsx'
import { Tag } from '../../../components/tag.tsx'
import { Time } from '../../../components/time.tsx'
import { useSourceNames } from '../../../live/use-sources.ts'
import { t } from '../../../words/words.ts'
import { CauseWords } from './evidence.tsx'

/** The same as the graph, to be read line by line. */
export function IdentifierList({ identifiers }: Pick<IdentityDocument, 'identifiers'>) {
  const sourceName = useSourceNames()
  return (
    <Panel title={t('person.identifiers')}>
      <ul className="text-sm">
        {identifiers.map(({ ref, type, value, source, messageId, firstSeen, leaves }) => (
          <li
            key={`${ref} ${messageId}`}
            className="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line py-2.5 last:border-0"
          >
            <span className="min-w-0">
              <span className="mr-3 inline-block min-w-28 text-muted">{type}</span>
              <span className="break-all">{value}</span>
              <span className="sr-only">
                {t('identity.under')} {leaves.join(', ')}
              </span>
            </span>
            <span className="text-muted">
              {sourceName(source)} · <Time at={firstSeen} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

interface LinkListProps {
  readonly links: readonly LinkDocument[]
  readonly show: (link: LinkDocument) => void
}

export function LinkList({ links, show }: LinkListProps) {
  return (
    <Panel title={t('person.links')}>
      {links.length === 0 ? <p className="text-sm text-muted">{t('person.noLinks')}</p> : null}
      <ul className="text-sm">
        {links.map((link) => (
          <li
            key={`${link.a} ${link.b} ${link.cause.at}`}
            className="flex flex-wrap items-center justify-between gap-3 border-b border-line py-2.5 last:border-0"
          >
            <span className="min-w-0 flex-1">
              <span className="block break-all">
                {link.a} <span className="text-muted">—</span> {link.b}
              </span>
              <span className="mt-0.5 block text-muted">
                <CauseWords cause={link.cause} /> · <Time at={link.cause.at} />
                {link.cause.messageId ? (
                  <span className="ml-2 font-mono text-xs break-all">{link.cause.messageId}</span>
                ) : null}
              </span>
            </span>
            <Button onClick={() => show(link)}>
              {t('identity.evidence')}
              <span className="sr-only">
                {link.a} — {link.b}
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

interface MergeListProps {
  readonly merges: readonly MergeDocument[]
  readonly undo: (merge: MergeDocument) => void
}

export function MergeList({ merges, undo }: MergeListProps) {
  return (
    <Panel title={t('person.merges')}>
      {merges.length === 0 ? <p className="text-sm text-muted">{t('person.noMerges')}</p> : null}
      <ul className="text-sm">
        {merges.map((merge) => (
          <li
            key={merge.mergeId}
            className="flex flex-wrap items-center justify-between gap-3 border-b border-line py-2.5 last:border-0"
          >
            <span className="min-w-0">
              <span className="block font-mono text-xs break-all">
                {merge.loser} → {merge.winner}
              </span>
              <span className="text-muted">
                <CauseWords cause={merge.cause} /> · <Time at={merge.at} />
              </span>
            </span>
            {merge.undoneAt ? (
              <Tag>
                {t('person.undone')} <Time at={merge.undoneAt} />
              </Tag>
            ) : (
              <Button onClick={() => undo(merge)}>{t('person.undo')}</Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
