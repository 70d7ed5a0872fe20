import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import type { SegmentDocument } from '../../../shared/contract/segment-document.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tabs } from '../components/tabs.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { DefinitionTab, definitionOf } from './segment/definition.tsx'
import { Explain } from './segment/explain.tsx'
import { Overlap } from './segment/overlap.tsx'
import { Upload } from './segment/upload.tsx'
import { draftPlace, useDraft } from './segment/use-draft.ts'
import { Versions } from './segment/versions.tsx'
import { deleteLater } from './segments/delete-later.ts'
import { Freshness, Growth, Size } from './segments/figures.tsx'
import { segmentQuery } from './segments/segment-queries.ts'

const route = getRouteApi('/inside/segments/$key')

/** One segment: what it says, who is in it, what it was, how it meets others, and why somebody is in or out. */
export function SegmentPage() {
  const { key } = route.useParams()
  const segment = useQuery(segmentQuery(key))
  if (segment.data) return <Shown key={key} segment={segment.data} />
  return (
    <Page title={t('segment.one')}>
      {segment.isPending ? <Loading /> : <Problem fault={segment.error} retry={() => void segment.refetch()} />}
    </Page>
  )
}

function Shown({ segment }: { readonly segment: SegmentDocument }) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const { key } = segment
  const draft = useDraft(draftPlace(session.workspace, key), definitionOf(segment))
  const definition =
    segment.kind === 'file'
      ? { key: 'file', label: t('segment.file'), content: <Upload segment={segment} /> }
      : {
          key: 'definition',
          label: t('segment.definition'),
          content: <DefinitionTab segment={segment} draft={draft} />,
        }
  return (
    <Page title={segment.name} lead={<Header segment={segment} />} actions={<Actions segment={segment} />}>
      <Tabs
        label={t('segment.views')}
        chosen={tab}
        choose={(next) => void navigate({ search: next ? { tab: next } : {}, replace: true })}
        tabs={[
          definition,
          {
            key: 'versions',
            label: t('segment.versions'),
            content: (
              <Versions
                segment={segment}
                takeUp={(version) => {
                  draft.change(() => version)
                  void navigate({ search: {} })
                }}
              />
            ),
          },
          { key: 'overlap', label: t('segment.overlap'), content: <Overlap segment={segment} /> },
          { key: 'why', label: t('segment.why'), content: <Explain segment={segment} /> },
        ]}
      />
    </Page>
  )
}

function Header({ segment }: { readonly segment: SegmentDocument }) {
  return (
    <>
      <code className="block text-xs break-all">{segment.key}</code>
      <span className="mt-2 flex flex-wrap items-baseline gap-x-5 gap-y-1 text-sm">
        <span className="text-ink">
          <Size segment={segment} isLong />
        </span>
        <Growth segment={segment} isLong />
        <Freshness segment={segment} isLong />
      </span>
    </>
  )
}

function Actions({ segment }: { readonly segment: SegmentDocument }) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  const navigate = useNavigate()
  const mayWrite = may(session, 'segments:write')
  return (
    <>
      {may(session, 'profiles:read') ? (
        <Link to="/profiles" search={{ segment: segment.key }} className={buttonLook()}>
          {t('segment.members')}
        </Link>
      ) : null}
      {mayWrite && segment.kind === 'condition' ? (
        <Link to="/segments/new" search={{ from: segment.key }} className={buttonLook()}>
          {t('segment.duplicate')}
        </Link>
      ) : null}
      {mayWrite ? (
        <Button
          look="danger"
          onClick={() => {
            deleteLater(segment)
            void navigate({ to: '/segments' })
          }}
        >
          {t('segment.delete')}
        </Button>
      ) : null}
    </>
  )
}
