import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useRef, useState } from 'react'
import type { IdentityDocument, MergeDocument, ProfileDocument } from '../../../../shared/profile/document.ts'
import { Panel } from '../../components/panel.tsx'
import { Loading, Problem } from '../../components/states.tsx'
import { t } from '../../words/words.ts'
import { Evidence } from './identity/evidence.tsx'
import { graphOf, linkId } from './identity/graph-of.ts'
import { IdentifierList, LinkList, MergeList } from './identity/lists.tsx'
import { identityQuery } from './profile-queries.ts'
import { UnmergeDialog } from './unmerge-dialog.tsx'

const route = getRouteApi('/inside/profiles/$ref')
const GraphView = lazy(async () => ({ default: (await import('./identity/identity-graph.tsx')).IdentityGraphView }))

/** Why these identifiers are one person: as a graph, and as lists that say the same. */
export function Identity({ person }: { readonly person: ProfileDocument }) {
  const { link: chosen } = route.useSearch()
  const navigate = route.useNavigate()
  const identity = useQuery(identityQuery(person.id))
  const [undoing, setUndoing] = useState<MergeDocument>()
  const graph = useRef<HTMLDivElement>(null)
  if (identity.isPending) return <Loading />
  if (identity.isError) return <Problem fault={identity.error} retry={() => void identity.refetch()} />
  const { identifiers, links, merges } = identity.data
  function choose(link: string | undefined) {
    void navigate({ search: { tab: 'identity', ...(link ? { link } : {}) }, replace: true, resetScroll: false })
  }
  return (
    <div className="flex flex-col gap-6">
      <div ref={graph}>
        <Panel title={t('identity.graph')} actions={<Legend />}>
          <div className="-mx-5 -my-4">
            <Suspense fallback={<Loading />}>
              <GraphView identity={identity.data} chosen={chosen} choose={choose} />
            </Suspense>
            <Chosen identity={identity.data} chosen={chosen} undo={setUndoing} close={() => choose(undefined)} />
          </div>
        </Panel>
      </div>
      <IdentifierList identifiers={identifiers} />
      <LinkList
        links={links}
        show={(link) => {
          choose(linkId(link))
          graph.current?.scrollIntoView({ block: 'start' })
        }}
      />
      <MergeList merges={merges} undo={setUndoing} />
      {undoing ? <UnmergeDialog person={person} merge={undoing} close={() => setUndoing(undefined)} /> : null}
    </div>
  )
}

interface ChosenProps {
  readonly identity: Omit<IdentityDocument, 'path'>
  readonly chosen: string | undefined
  readonly undo: (merge: MergeDocument) => void
  readonly close: () => void
}

function Chosen({ identity, chosen, undo, close }: ChosenProps) {
  const tie = graphOf(identity).ties.find(({ id }) => id === chosen)
  if (!tie || tie.what.kind === 'held')
    return <p className="border-t border-line px-5 py-3 text-sm text-muted">{t('identity.hint')}</p>
  const merge = tie.what.kind === 'merge' ? tie.what.merge : undefined
  const cause = tie.what.kind === 'merge' ? tie.what.merge.cause : tie.what.link.cause
  return <Evidence key={tie.id} ends={[tie.from, tie.to]} cause={cause} merge={merge} undo={undo} close={close} />
}

function Legend() {
  const line = 'w-5 border-t-2'
  return (
    <p className="hidden gap-4 text-xs text-muted sm:flex" aria-hidden="true">
      <span className="flex items-center gap-1.5">
        <span className={`${line} border-dotted border-strong-line`} /> {t('identity.under')}
      </span>
      <span className="flex items-center gap-1.5">
        <span className={`${line} border-accent`} /> {t('identity.link')}
      </span>
      <span className="flex items-center gap-1.5">
        <span className={`${line} border-dashed border-accent`} /> {t('identity.merge')}
      </span>
    </p>
  )
}
