import type { Reply } from '../../shared/contract/contract.ts'
import { listDestinationTypes } from '../../shared/contract/list-destination-types.ts'
import { destinationTypes } from '../../shared/destination/index.ts'
import { ok } from '../../shared/kernel/result.ts'
import { Mapping } from '../../shared/transform/mapping.ts'
import { serve } from '../http/serve.ts'
import { inputSchema } from './json-schema.ts'

type Types = Reply<typeof listDestinationTypes>

export const listDestinationTypesRoute = serve(listDestinationTypes, async () =>
  ok({
    types: destinationTypes.map(({ type, title, about, settings, secrets, takes }) => ({
      type,
      title,
      about,
      settings: inputSchema(settings) as Types['mapping'],
      secrets: [...secrets],
      takes: [...takes],
    })),
    mapping: inputSchema(Mapping) as Types['mapping'],
  }),
)
