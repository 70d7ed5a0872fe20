import { z } from 'zod'
import { OPEN_SETTINGS, SECRET_SETTINGS, SourceSettings } from '../../shared/config/source-settings.ts'
import { CONNECTORS } from '../../shared/connector/index.ts'
import type { Reply } from '../../shared/contract/contract.ts'
import { listPluginTypes } from '../../shared/contract/list-plugin-types.ts'
import { ok } from '../../shared/kernel/result.ts'
import { pluginTypes } from '../../shared/plugin/index.ts'
import { providers } from '../../shared/provider/index.ts'
import { Mapping } from '../../shared/transform/mapping.ts'
import { serve } from '../http/serve.ts'
import { inputSchema } from './json-schema.ts'

type Type = Reply<typeof listPluginTypes>['types'][number]

/** Input plugins are listed as what they are: something a source is made with. */
export const listPluginTypesRoute = serve(listPluginTypes, async () =>
  ok({ types: [...pluginTypes.map(typeOf), ...providerTypes(), ...connectorTypes()], mapping: schemaOf(Mapping) }),
)

function typeOf({ code: _, addresses: __, settings, ...manifest }: (typeof pluginTypes)[number]): Type {
  const isBlocking = manifest.kind === 'blocking'
  return {
    ...manifest,
    settings: schemaOf(settings),
    secrets: [...manifest.secrets],
    writes: manifest.writes === 'settings' ? 'settings' : [...manifest.writes],
    timeoutMs: isBlocking ? manifest.timeoutMs : null,
    onFailure: isBlocking ? manifest.onFailure : null,
    installedAs: 'plugin',
  }
}

const INPUT = { kind: 'input' as const, writes: [] as string[], timeoutMs: null, onFailure: null }

function providerTypes(): Type[] {
  return Object.values(providers).map(({ name, title, scheme }) => ({
    ...INPUT,
    name,
    title,
    about: `Webhooks, proven by ${scheme}`,
    settings: schemaOf(SourceSettings),
    secrets: Object.keys(SECRET_SETTINGS),
    installedAs: 'source',
  }))
}

function connectorTypes(): Type[] {
  return CONNECTORS.map(({ name, summary, type }) => ({
    ...INPUT,
    name,
    title: name,
    about: summary,
    settings: type === 'streaming' ? schemaOf(z.object(OPEN_SETTINGS).partial()) : {},
    secrets: [],
    installedAs: type === 'streaming' ? 'source' : 'import',
  }))
}

function schemaOf(schema: z.ZodType): Type['settings'] {
  return inputSchema(schema) as Type['settings']
}
