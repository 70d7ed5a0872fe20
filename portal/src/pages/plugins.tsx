import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { listPlugins } from '../../../shared/contract/list-plugins.ts'
import { ask } from '../api.ts'
import { buttonLook } from '../components/button.tsx'
import { Select } from '../components/field.tsx'
import { Item, itemLink } from '../components/item-list.tsx'
import { fits, TextFilter } from '../components/list-filters.tsx'
import { Tag } from '../components/tag.tsx'
import { useLeaving } from '../components/toast.tsx'
import { EnabledSwitch } from '../lists/enabled-switch.tsx'
import { ListPage } from '../lists/list-page.tsx'
import { Mover } from '../lists/mover.tsx'
import type { Placed } from '../lists/order.ts'
import { useListed } from '../lists/use-listed.ts'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { PluginHealth } from './plugins/plugin-health.tsx'
import { changePlugin, type Plugin, pluginTypesQuery } from './plugins/plugin-queries.ts'

const route = getRouteApi('/inside/plugins')
const KINDS = ['blocking', 'non-blocking', 'batch'] as const

/** What a workspace added to the pipeline, in the order in which it counts. */
export function PluginsPage() {
  const { q, kind } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: session } = useSuspenseQuery(sessionQuery)
  const types = useQuery(pluginTypesQuery).data?.types ?? []
  const leaving = useLeaving()
  const { query, items } = useListed({
    queryKey: ['plugins', 'list'],
    page: (cursor, signal) =>
      // An order is only one when all of them are there.
      ask<typeof listPlugins>('get', '/api/v1/plugins', { query: { cursor, limit: '200' } }, signal),
    items: ({ plugins }) => plugins,
    isWhole: true,
    refetchMs: 15_000,
  })
  const titles = new Map(types.map((one) => [one.name, one.title]))
  const known = KINDS.find((one) => one === kind)
  const there = items.filter(({ id }) => !leaving.has(id))
  const shown = there.filter(
    (one) => (!known || one.kind === known) && fits(q, one.name, one.type, titles.get(one.type)),
  )
  const blocking = there.filter((one) => one.kind === 'blocking')
  const narrow = (change: { q?: string; kind?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  const isMine = may(session, 'plugins:write')
  return (
    <ListPage
      title={t('nav.plugins')}
      lead={t('plugins.lead')}
      query={query}
      count={there.length}
      none={{ title: t('plugins.none'), hint: t('plugins.noneHint') }}
      items={shown}
      item={(plugin) => (
        <PluginItem
          key={plugin.id}
          plugin={plugin}
          title={titles.get(plugin.type) ?? plugin.type}
          isMine={isMine}
          blocking={blocking}
        />
      )}
      actions={
        isMine ? (
          <Link to="/plugins/new" className={buttonLook('main')}>
            {t('plugins.new')}
          </Link>
        ) : null
      }
      filters={
        <>
          <TextFilter label={t('lists.search')} asked={q} ask={(text) => narrow({ q: text })} />
          <Select
            label={t('plugins.kind')}
            value={known ?? ''}
            onChange={({ target }) => narrow({ kind: target.value })}
            options={[
              { value: '', label: t('plugins.anyKind') },
              ...KINDS.map((value) => ({ value, label: t(`plugins.kind.${value}`) })),
            ]}
          />
        </>
      }
    />
  )
}

interface ItemProps {
  readonly plugin: Plugin
  readonly title: string
  readonly isMine: boolean
  readonly blocking: readonly Placed[]
}

function PluginItem({ plugin, title, isMine, blocking }: ItemProps) {
  const { id, name, kind, enabled } = plugin
  return (
    <Item
      link={
        <Link to="/plugins/$id" params={{ id }} className={itemLink}>
          {name}
        </Link>
      }
      tags={
        <>
          <Tag>{t(`plugins.kind.${kind}`)}</Tag>
          {enabled ? null : <Tag tone="warn">{t('lists.off')}</Tag>}
        </>
      }
      sub={title}
      health={<PluginHealth plugin={plugin} />}
      actions={
        <>
          {isMine && kind === 'blocking' && blocking.length > 1 ? (
            <Mover name={name} id={id} all={blocking} save={saveOrder} />
          ) : null}
          <EnabledSwitch
            name={name}
            isOn={enabled}
            disabled={!isMine}
            save={(isOn) => changePlugin(id, { enabled: isOn })}
          />
        </>
      }
    />
  )
}

async function saveOrder(changed: readonly Placed[]): Promise<void> {
  for (const { id, position } of changed) await changePlugin(id, { position })
}
