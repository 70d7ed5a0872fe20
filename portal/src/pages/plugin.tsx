import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import type { Tab } from '../components/tabs.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { patchOf } from '../form/patch.ts'
import { isObject } from '../form/read-schema.ts'
import { rulesBody } from '../lists/delivery-rules.ts'
import { ThingActions, ThingPage, ThingTabs } from '../lists/thing-page.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { DeliveriesPanel } from './destinations/deliveries.tsx'
import { Redeliver } from './destinations/redeliver.tsx'
import { PluginCalls } from './plugins/plugin-calls.tsx'
import { pluginForm } from './plugins/plugin-form.ts'
import { changePlugin, deleteLater, type Plugin, pluginQuery, pluginTypesQuery } from './plugins/plugin-queries.ts'
import { RunPlugin } from './plugins/run-plugin.tsx'
import { TestPlugin } from './plugins/test-plugin.tsx'
import { usePluginChoices } from './plugins/use-plugin-choices.ts'

const route = getRouteApi('/inside/plugins/$id')

/** One plugin: how it goes, a try on an event, its settings. */
export function PluginPage() {
  const { id } = route.useParams()
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const found = useQuery(pluginQuery(id))
  const isMine = may(session, 'plugins:write')
  return (
    <ThingPage
      query={found}
      one={t('plugins.one')}
      list={{ to: '/plugins', label: t('nav.plugins') }}
      title={({ name }) => name}
      tags={({ kind, type, enabled }) => (
        <>
          <Tag>{t(`plugins.kind.${kind}`)}</Tag>
          <Tag>{type}</Tag>
          {enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
          <span className="font-mono text-xs break-all">{id}</span>
        </>
      )}
      actions={(plugin) =>
        isMine ? (
          <ThingActions
            name={plugin.name}
            isOn={plugin.enabled}
            save={(isOn) => changePlugin(id, { enabled: isOn })}
            remove={() => {
              deleteLater(plugin)
              void navigate({ to: '/plugins', search: {} })
            }}
          />
        ) : null
      }
    >
      {(plugin) => (
        <ThingTabs
          chosen={tab}
          choose={(search) => void navigate({ search, replace: true })}
          tabs={tabsOf(plugin, isMine)}
        />
      )}
    </ThingPage>
  )
}

function tabsOf(plugin: Plugin, isMine: boolean): readonly Tab[] {
  const { id, kind } = plugin
  const own: Tab[] =
    kind === 'blocking'
      ? [
          { key: 'calls', label: t('plugins.health'), content: <PluginCalls plugin={plugin} /> },
          ...(isMine ? [{ key: 'test', label: t('plugins.test'), content: <TestPlugin id={id} /> }] : []),
        ]
      : kind === 'batch'
        ? [{ key: 'run', label: t('plugins.run'), content: <RunPlugin id={id} isMine={isMine} /> }]
        : [
            { key: 'deliveries', label: t('destinations.deliveries'), content: <DeliveriesPanel id={id} /> },
            ...(isMine
              ? [{ key: 'redeliver', label: t('destinations.redeliver'), content: <Redeliver id={id} /> }]
              : []),
          ]
  if (!isMine) return own
  const settings = <Settings key={plugin.version} plugin={plugin} />
  return [...own, { key: 'settings', label: t('lists.settings'), content: settings }]
}

function Settings({ plugin }: { readonly plugin: Plugin }) {
  const types = useQuery(pluginTypesQuery)
  const choices = usePluginChoices()
  if (types.isPending || choices.isPending) return <Loading />
  if (types.isError) return <Problem fault={types.error} retry={() => void types.refetch()} />
  const type = types.data.types.find(({ name }) => name === plugin.type)
  if (!type) return <Problem fault={new Error(plugin.type)} />
  const { secrets, kind } = type
  async function save({ name, settings, ...rules }: Readonly<Record<string, unknown>>) {
    const patch = patchOf(plugin.settings, isObject(settings) ? settings : {}, secrets)
    const { filter, timeoutMs, onFailure } = rules
    const rest =
      kind === 'non-blocking'
        ? rulesBody(rules)
        : kind === 'blocking'
          ? { filter: filter ?? null, timeoutMs: timeoutMs ?? null, onFailure: onFailure ?? null }
          : {}
    // The form is made of the schemas of this very body.
    await changePlugin(plugin.id, { name, settings: patch, ...rest } as Parameters<typeof changePlugin>[1])
    toast(t('form.saved'))
  }
  return (
    <Panel title={t('lists.settings')}>
      <DocumentForm
        form={pluginForm(type, choices, plugin)}
        value={plugin}
        submitLabel={t('form.save')}
        submit={save}
      />
    </Panel>
  )
}
