import { readDefinitions } from '../../platform/change-definitions.ts'
import { checkCustomerCode } from '../../platform/customer-code.ts'
import { customerCodeOf } from '../../platform/plugin-code.ts'
import { serviceNamed } from '../../platform/plugin-service.ts'
import type { DestinationRules } from '../../shared/destination/destination-config.ts'
import { type Failure, type FieldError, failure } from '../../shared/kernel/failure.ts'
import type { JsonObject, JsonValue } from '../../shared/kernel/json.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import type { PluginManifest } from '../../shared/plugin/manifest.ts'
import type { OnFailure, PluginFilter } from '../../shared/plugin/plugin-config.ts'
import type { Call } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { checkRules, checkSettings } from './check-destination.ts'
import { missingSources } from './missing-sources.ts'

/** What may be said of a plugin besides its name, as it was given or as it is. */
export interface GivenPlugin {
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly filter:
    | (PluginFilter & { readonly segments?: readonly string[] | undefined; readonly condition?: JsonValue | undefined })
    | null
    | undefined
  readonly timeoutMs: number | null | undefined
  readonly onFailure: OnFailure | null | undefined
  readonly mapping: unknown
  readonly consent: unknown
  readonly rateLimitPerSecond: number | null | undefined
}

/** What of it is kept: the settings apart, because the secret ones are sealed. */
export interface CheckedPlugin {
  readonly settings: Readonly<Record<string, unknown>>
  readonly filter: PluginFilter
  readonly delivery?: DestinationRules
  readonly timeoutMs: number | null
  readonly onFailure: OnFailure | null
}

/** A plugin that may be saved; 422 with the path otherwise. */
export async function checkPlugin(
  call: Call,
  manifest: PluginManifest,
  given: GivenPlugin,
): Promise<Result<CheckedPlugin, Failure>> {
  const foreign = foreignFields(manifest, given)
  if (foreign.length > 0) return unprocessable(foreign)
  const settings = checkSettings(call, manifest, given.settings)
  if (!settings.ok) return settings
  const wrong = await faultInCode(call, manifest, given.name, settings.value as JsonObject)
  if (wrong) return wrong
  const { timeoutMs = null, onFailure = null } = given
  const kept = { settings: settings.value, timeoutMs, onFailure }
  const { sources, events, segments, condition } = given.filter ?? {}
  const missing = await missingSources(call, sources ?? [], 'filter.sources')
  if (missing.length > 0) return unprocessable(missing)
  if (manifest.kind !== 'non-blocking') {
    return ok({ ...kept, filter: { ...(sources ? { sources } : {}), ...(events ? { events } : {}) } })
  }
  const filter = {
    ...(events ? { events } : {}),
    ...(segments ? { segments } : {}),
    ...(condition === undefined ? {} : { condition }),
  }
  const delivery = await checkRules(call, { ...given, filter })
  return delivery.ok ? ok({ ...kept, filter: {}, delivery: delivery.value }) : delivery
}

/** What the kind of the plugin has no use for: saved, it would only look as if it did something. */
function foreignFields({ kind }: PluginManifest, given: GivenPlugin): readonly FieldError[] {
  const { filter, mapping, consent, rateLimitPerSecond, timeoutMs, onFailure } = given
  const isBlocking = kind === 'blocking'
  const isObserver = kind === 'non-blocking'
  const fields: readonly (readonly [path: string, value: unknown, taken: boolean])[] = [
    ['filter.sources', filter?.sources, isBlocking],
    ['filter.events', filter?.events, isBlocking || isObserver],
    ['filter.segments', filter?.segments, isObserver],
    ['filter.condition', filter?.condition, isObserver],
    ['mapping', mapping, isObserver],
    ['consent', consent, isObserver],
    ['rateLimitPerSecond', rateLimitPerSecond, isObserver],
    ['timeoutMs', timeoutMs, isBlocking],
    ['onFailure', onFailure, isBlocking],
  ]
  return fields
    .filter(([, value, taken]) => !taken && value !== undefined && value !== null)
    .map(([path]) => ({ path, message: `means nothing for a ${kind} plugin` }))
}

/** What only a look at the other end can tell. */
async function faultInCode(
  { env, workspace }: Call,
  { code }: PluginManifest,
  name: string,
  settings: JsonObject,
): Promise<Result<never, Failure> | undefined> {
  if (code.by === 'binding' && !serviceNamed(env, String(settings['binding'])))
    return unprocessable([{ path: 'settings.binding', message: 'there is no service binding of that name' }])
  if (typeof settings['segment'] === 'string') {
    const { segments } = await readDefinitions(env, workspace)
    const key = settings['segment']
    if (!segments.has(key)) return unprocessable([{ path: 'settings.segment', message: `there is no segment ${key}` }])
  }
  if (typeof settings['code'] !== 'string') return undefined
  const fault = await checkCustomerCode(env, customerCodeOf(workspace, name, settings, CHECK_MS))
  if (!fault) return undefined
  const { reason, detail, line } = fault
  if (reason === 'unavailable' || reason === 'limit') return err(failure('unavailable', detail))
  const message = line === undefined ? detail : `line ${line}: ${detail}`
  // An import of what there is not is the code's own fault.
  const ofHosts = reason === 'not_allowed' && !/^Error: No such module/.test(detail)
  return unprocessable([{ path: ofHosts ? 'settings.allow' : 'settings.code', message }])
}

/** A module that takes longer to load would time out with every batch. */
const CHECK_MS = 2_000
