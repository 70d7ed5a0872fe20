import { queryOptions } from '@tanstack/react-query'
import type { deletePlugin } from '../../../../shared/contract/delete-plugin.ts'
import type { listPluginTypes } from '../../../../shared/contract/list-plugin-types.ts'
import type { readPlugin } from '../../../../shared/contract/read-plugin.ts'
import type { updatePlugin } from '../../../../shared/contract/update-plugin.ts'
import { ask, type Given, type ReplyOf } from '../../api.ts'
import { later } from '../../components/toasts.ts'
import { queries } from '../../queries.ts'
import { t } from '../../words/words.ts'

export type Plugin = ReplyOf<typeof readPlugin>
export type PluginTypes = ReplyOf<typeof listPluginTypes>
export type PluginType = PluginTypes['types'][number]

export const pluginTypesQuery = queryOptions({
  queryKey: ['plugin-types'],
  queryFn: ({ signal }) => ask<typeof listPluginTypes>('get', '/api/v1/plugin-types', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

export function pluginQuery(pluginId: string) {
  return queryOptions({
    queryKey: ['plugins', 'one', pluginId],
    queryFn: ({ signal }) =>
      ask<typeof readPlugin>('get', '/api/v1/plugins/{pluginId}', { params: { pluginId } }, signal),
    refetchInterval: 15_000,
  })
}

export async function changePlugin(pluginId: string, body: Given<typeof updatePlugin>['body']): Promise<void> {
  await ask<typeof updatePlugin>('put', '/api/v1/plugins/{pluginId}', { params: { pluginId }, body })
  await queries.invalidateQueries({ queryKey: ['plugins'] })
}

export function deleteLater({ id, name }: Pick<Plugin, 'id' | 'name'>): void {
  later({
    id,
    text: t('lists.deleted', { name }),
    act: async () => {
      await ask<typeof deletePlugin>('delete', '/api/v1/plugins/{pluginId}', { params: { pluginId: id } })
      await queries.invalidateQueries({ queryKey: ['plugins'] })
    },
  })
}
