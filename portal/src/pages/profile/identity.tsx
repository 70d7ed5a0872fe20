import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LinkDocument, MergeDocument, ProfileDocument } from '../../../../shared/profile/document.ts'
import { Button } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { useSourceNames } from '../../live/use-sources.ts'
import { t } from '../../words/words.ts'
import { identityQuery } from './profile-queries.ts'
import { UnmergeDialog } from './unmerge-dialog.tsx'

/** Why these identifiers are one person: what they are called, what joined them, which profiles became this one. */
export function Identity({ person }: { readonly person: ProfileDocument }) {
  const identity = useQuery(identityQuery(person.id))
  const sourceName = useSourceNames()
  const [undoing, setUndoing] = useState<MergeDocument>()
  if (identity.isPending) return <Loading />
  if (identity.isError) return <Problem fault={identity.error} retry={() => void identity.refetch()} />
  const { identifiers, links, merges } = identity.data
  return (
    <div className="flex flex-col gap-6">
      <Panel title={t('person.identifiers')}>
        <ul className="text-sm">
          {identifiers.map(({ type, value, source, firstSeen }) => (
            <li
              key={`${type}:${value}`}
              className="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line py-2.5 last:border-0"
            >
              <span className="min-w-0">
                <span className="mr-3 inline-block min-w-24 text-muted">{type}</span>
                <span className="break-all">{value}</span>
              </span>
              <span className="text-muted">
                {sourceName(source)} · <Time at={firstSeen} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={t('person.links')}>
        {links.length === 0 ? <p className="text-sm text-muted">{t('person.noLinks')}</p> : null}
        <ul className="text-sm">
          {links.map((link) => (
            <Link key={`${link.a} ${link.b} ${link.cause.at}`} link={link} />
          ))}
        </ul>
      </Panel>
      <Panel title={t('person.merges')}>
        {merges.length === 0 ? <p className="text-sm text-muted">{t('person.noMerges')}</p> : null}
        <ul className="text-sm">
          {merges.map((merge) => (
            <Merge key={merge.mergeId} merge={merge} undo={() => setUndoing(merge)} />
          ))}
        </ul>
      </Panel>
      {undoing ? <UnmergeDialog person={person} merge={undoing} close={() => setUndoing(undefined)} /> : null}
    </div>
  )
}

function Link({ link: { a, b, cause } }: { readonly link: LinkDocument }) {
  return (
    <li className="border-b border-line py-2.5 last:border-0">
      <p className="break-all">
        {a} <span className="text-muted">—</span> {b}
      </p>
      <p className="mt-0.5 text-muted">
        {t(`cause.${cause.kind}`)}
        {cause.probability === undefined ? '' : ` (${Math.round(cause.probability * 100)} %)`} · <Time at={cause.at} />
        {cause.messageId ? <span className="ml-2 font-mono text-xs break-all">{cause.messageId}</span> : null}
      </p>
    </li>
  )
}

function Merge({ merge, undo }: { readonly merge: MergeDocument; readonly undo: () => void }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 border-b border-line py-2.5 last:border-0">
      <span className="min-w-0">
        <span className="block font-mono text-xs break-all">
          {merge.loser} → {merge.winner}
        </span>
        <span className="text-muted">
          {t(`cause.${merge.cause.kind}`)} · <Time at={merge.at} />
        </span>
      </span>
      {merge.undoneAt ? (
        <Tag>
          {t('person.undone')} <Time at={merge.undoneAt} />
        </Tag>
      ) : (
        <Button onClick={undo}>{t('person.undo')}</Button>
      )}
    </li>
  )
}
