import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Button } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Panel } from '../components/panel.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { type Tab, Tabs } from '../components/tabs.tsx'
import { Tag } from '../components/tag.tsx'
import { toast } from '../components/toasts.ts'
import { DocumentForm } from '../form/document-form.tsx'
import { patchOf } from '../form/patch.ts'
import { isObject } from '../form/read-schema.ts'
import { BackLink } from '../lists/back-link.tsx'
import { rulesBody } from '../lists/delivery-rules.ts'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
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
  const back = <BackLink to="/plugins" label={t('nav.plugins')} />
  if (!found.data)
    return (
      <Page title={t('plugins.one')} lead={back}>
        {found.isPending ? <Loading /> : <Problem fault={found.error} retry={() => void found.refetch()} />}
      </Page>
    )
  const plugin = found.data
  const isMine = may(session, 'plugins:write')
  return (
    <Page
      title={plugin.name}
      lead={
        <>
          {back}
          <span className="mt-2 flex flex-wrap items-center gap-2.5 text-sm">
            <Tag>{t(`plugins.kind.${plugin.kind}`)}</Tag>
            <Tag>{plugin.type}</Tag>
            {plugin.enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
            <span className="font-mono text-xs break-all">{id}</span>
          </span>
        </>
      }
      actions={
        isMine ? (
          <>
            <Button
              look="danger"
              onClick={() => {
                deleteLater(plugin)
                void navigate({ to: '/plugins', search: {} })
              }}
            >
              {t('lists.delete')}
            </Button>
            <span className="flex items-center px-1">
              <EnabledSwitch
                name={plugin.name}
                isOn={plugin.enabled}
                save={(isOn) => changePlugin(id, { enabled: isOn })}
              />
            </span>
          </>
        ) : null
      }
    >
      <Tabs
        label={t('lists.views')}
        chosen={tab}
        choose={(next) => void navigate({ search: next ? { tab: next } : {}, replace: true })}
        tabs={tabsOf(plugin, isMine)}
      />
    </Page>
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
