import { useQuery } from '@tanstack/react-query'
import type { Schema } from '../../form/read-schema.ts'
import { useSegmentOptions } from '../../lists/delivery-rules.ts'
import { sourcesQuery } from '../../live/use-sources.ts'
import { pluginTypesQuery } from './plugin-queries.ts'

/** What a plugin's rules are chosen from; who may not read some of it types instead. */
export function usePluginChoices() {
  const types = useQuery(pluginTypesQuery)
  const sources = useQuery(sourcesQuery)
  const { segments, isPending } = useSegmentOptions()
  return {
    // The API says mappings in JSON Schema.
    mapping: (types.data?.mapping ?? {}) as Schema,
    isPending: isPending || sources.isPending || types.isPending,
    segments,
    sources: (sources.data?.sources ?? []).map(({ id, name }) => ({ value: id, label: name })),
  }
}
