import type { Reply } from '../../shared/contract/contract.ts'
import { listSyncTypes } from '../../shared/contract/list-sync-types.ts'
import { ok } from '../../shared/kernel/result.ts'
import { warehouseTypes } from '../../shared/warehouse/index.ts'
import { SYNC_TABLES } from '../../shared/warehouse/wanted-tables.ts'
import { serve } from '../http/serve.ts'
import { inputSchema } from './json-schema.ts'

type Type = Reply<typeof listSyncTypes>['types'][number]

export const listSyncTypesRoute = serve(listSyncTypes, async () =>
  ok({
    types: warehouseTypes.map(({ type, title, about, settings, secrets, erases }) => ({
      type,
      title,
      about,
      settings: inputSchema(settings) as Type['settings'],
      secrets: [...secrets],
      tables: [...SYNC_TABLES],
      erases,
    })),
  }),
)
