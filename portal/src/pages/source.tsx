import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { buttonLook } from '../components/button.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { patchOf } from '../form/patch.ts'
import { isObject } from '../form/read-schema.ts'
import { ThingActions, ThingPage, ThingTabs } from '../lists/thing-page.tsx'
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
  const isMine = may(session, 'sources:write')
  return (
    <ThingPage
      query={found}
      one={t('sources.one')}
      list={{ to: '/sources', label: t('nav.sources') }}
      title={({ name }) => name}
      tags={({ kind, provider, enabled }) => (
        <>
          <Tag>{t(`sources.kind.${kind}`)}</Tag>
          {provider ? <Tag>{provider}</Tag> : null}
          {enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
          <span className="font-mono text-xs break-all">{id}</span>
        </>
      )}
      actions={(source) => (
        <>
          <Link to="/live" search={{ source: id }} className={buttonLook()}>
            {t('sources.watch')}
          </Link>
          {isMine ? (
            <ThingActions
              name={source.name}
              isOn={source.enabled}
              save={(isOn) => changeSource(id, { enabled: isOn })}
              remove={() => {
                deleteLater(source)
                void navigate({ to: '/sources', search: {} })
              }}
            />
          ) : null}
        </>
      )}
    >
      {(source) => (
        <ThingTabs
          chosen={tab}
          choose={(search) => void navigate({ search, replace: true })}
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
      )}
    </ThingPage>
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
