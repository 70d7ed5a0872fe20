import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, buttonLook } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tabs } from '../components/tabs.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { patchOf } from '../form/patch.ts'
import { isObject } from '../form/read-schema.ts'
import { BackLink } from '../lists/back-link.tsx'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { sourceForm } from './sources/source-form.ts'
import { SourceKeys } from './sources/source-keys.tsx'
import { SourceOverview } from './sources/source-overview.tsx'
import {
  changeSource,
  deleteLater,
  type Source,
  sourceQuery,
  sourceTypesQuery,
  typeOfSource,
} from './sources/source-queries.ts'

const route = getRouteApi('/inside/sources/$id')

/** One source: what it sends, its keys, its settings. */
export function SourcePage() {
  const { id } = route.useParams()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const found = useQuery(sourceQuery(id))
  const back = <BackLink to="/sources" label={t('nav.sources')} />
  if (!found.data)
    return (
      <Page title={t('sources.one')} lead={back}>
        {found.isPending ? <Loading /> : <Problem fault={found.error} retry={() => void found.refetch()} />}
      </Page>
    )
  const source = found.data
  const isMine = may(session, 'sources:write')
  return (
    <Page
      title={source.name}
      lead={
        <>
          {back}
          <span className="mt-2 flex flex-wrap items-center gap-2.5 text-sm">
            <Tag>{t(`sources.kind.${source.kind}`)}</Tag>
            {source.provider ? <Tag>{source.provider}</Tag> : null}
            {source.enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
            <span className="font-mono text-xs break-all">{source.id}</span>
          </span>
        </>
      }
      actions={<Actions source={source} isMine={isMine} />}
    >
      <Tabs
        label={t('lists.views')}
        chosen={tab}
        choose={(next) => void navigate({ search: next ? { tab: next } : {}, replace: true })}
        tabs={[
          { key: 'overview', label: t('sources.overview'), content: <SourceOverview source={source} /> },
          { key: 'keys', label: t('sources.keys'), content: <SourceKeys source={source} isMine={isMine} /> },
          ...(isMine
            ? [
                {
                  key: 'settings',
                  label: t('lists.settings'),
                  content: <Settings key={source.version} source={source} />,
                },
              ]
            : []),
        ]}
      />
    </Page>
  )
}

function Actions({ source, isMine }: { readonly source: Source; readonly isMine: boolean }) {
  const navigate = useNavigate()
  return (
    <>
      <Link to="/live" search={{ source: source.id }} className={buttonLook()}>
        {t('sources.watch')}
      </Link>
      {isMine ? (
        <>
          <Button
            look="danger"
            onClick={() => {
              deleteLater(source)
              void navigate({ to: '/sources' })
            }}
          >
            {t('lists.delete')}
          </Button>
          <span className="flex items-center px-1">
            <EnabledSwitch
              name={source.name}
              isOn={source.enabled}
              save={(isOn) => changeSource(source.id, { enabled: isOn })}
            />
          </span>
        </>
      ) : null}
    </>
  )
}

function Settings({ source }: { readonly source: Source }) {
  const types = useQuery(sourceTypesQuery)
  if (types.isPending) return <Loading />
  if (types.isError) return <Problem fault={types.error} retry={() => void types.refetch()} />
  const type = typeOfSource(types.data.types, source)
  if (!type) return <Problem fault={new Error(`${source.kind} ${source.provider ?? ''}`)} />
  const secrets = type.secrets.map((path) => path.split('.')[0] as string)
  async function save({ name, settings }: Readonly<Record<string, unknown>>) {
    const after = isObject(settings) ? settings : {}
    // The form is made of the schema of these very settings.
    const patch = patchOf(source.settings, after, secrets) as Parameters<typeof changeSource>[1]['settings']
    await changeSource(source.id, { name: String(name), settings: patch })
    toast(t('form.saved'))
  }
  return (
    <Panel title={t('lists.settings')}>
      <DocumentForm form={sourceForm(type, source)} value={source} submitLabel={t('form.save')} submit={save} />
    </Panel>
  )
}
