import { z } from 'zod'
import { OPEN_SETTINGS, SourceSettings } from '../../shared/config/source-settings.ts'
import { CONNECTORS } from '../../shared/connector/index.ts'
import type { Reply } from '../../shared/contract/contract.ts'
import { listSourceTypes } from '../../shared/contract/list-source-types.ts'
import { ok } from '../../shared/kernel/result.ts'
import { providers } from '../../shared/provider/index.ts'
import { serve } from '../http/serve.ts'
import { inputSchema } from './json-schema.ts'

type Type = Reply<typeof listSourceTypes>['types'][number]

const { allowedIps, rateLimitPerMinute, whenDisabled } = OPEN_SETTINGS
/** Of what proves itself by a key: who may send, and how much. The rest is about signatures. */
const KeyedSettings = z.object({ allowedIps, rateLimitPerMinute, whenDisabled }).partial()
const SECRETS = ['secrets', 'basicAuth.password', 'bearerToken', 'verifyToken']

const KEYED: readonly Pick<Type, 'kind' | 'title' | 'about'>[] = [
  { kind: 'web', title: 'Web site', about: 'Sends from browsers, with a key that may be public.' },
  { kind: 'mobile', title: 'Phone app', about: 'Sends from phones, with a key that may be public.' },
  { kind: 'server', title: 'Server', about: 'Sends from your servers, proven by a secret key.' },
]

export const listSourceTypesRoute = serve(listSourceTypes, async () =>
  ok({ types: [...keyedTypes(), ...providerTypes(), ...connectorTypes()] }),
)

function keyedTypes(): Type[] {
  const settings = inputSchema(KeyedSettings) as Type['settings']
  return KEYED.map((one) => ({ ...one, provider: null, settings, secrets: [] }))
}

function providerTypes(): Type[] {
  const settings = inputSchema(SourceSettings) as Type['settings']
  return Object.values(providers).map(({ name, title, scheme }) => ({
    kind: 'webhook',
    provider: name,
    title,
    about: `Webhooks, proven by ${scheme}`,
    settings,
    secrets: SECRETS,
  }))
}

function connectorTypes(): Type[] {
  const settings = inputSchema(SourceSettings) as Type['settings']
  return CONNECTORS.filter(({ type }) => type === 'streaming').map(({ name, summary }) => ({
    kind: 'webhook',
    provider: name,
    title: name,
    about: summary,
    settings,
    secrets: SECRETS,
  }))
}
