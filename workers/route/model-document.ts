import { secretSettingsOf } from '../../platform/destination-settings.ts'
import { type ModelRow, modelOf } from '../../platform/model-row.ts'
import { outboundRules } from '../../platform/outbound-address.ts'
import { refusedServerName } from '../../platform/warehouse-open.ts'
import { hintOf } from '../../shared/config/source-settings.ts'
import type { ModelDocument } from '../../shared/contract/model-document.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { toIso } from '../../shared/kernel/instant.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import { ok, type Result } from '../../shared/kernel/result.ts'
import { MODEL_SOURCES, ModelDefinition, type ModelSourceType, modelFaults } from '../../shared/model/model.ts'
import type { Call } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { checkSettings } from './check-destination.ts'

export const NO_MODEL = failure('not_found', 'there is no such model')

export interface CheckedModel {
  readonly settings: Readonly<Record<string, unknown>>
  readonly definition: ModelDefinition
}

/** What may be saved: settings as the source wants them, an address that may be called, parts that fit together. */
export async function checkModel(
  call: Call,
  type: ModelSourceType,
  given: { readonly settings: Readonly<Record<string, unknown>>; readonly definition: unknown },
): Promise<Result<CheckedModel, Failure>> {
  const source = MODEL_SOURCES[type]
  const settings = checkSettings(call, { ...source, secrets: [...source.secrets] }, given.settings)
  if (!settings.ok) {
    const errors = settings.failure.errors ?? []
    return unprocessable(errors.map(({ path, message }) => ({ path: `source.${path}`, message })))
  }
  if (type === 'postgres') {
    const rules = outboundRules(call.env)
    const refused = refusedServerName(String(settings.value['host']), rules)
    if (refused) return unprocessable([{ path: 'source.settings.host', message: refused }])
    if (settings.value['tls'] === 'off' && !rules.local)
      return unprocessable([{ path: 'source.settings.tls', message: 'must be require' }])
  }
  const definition = ModelDefinition.parse(given.definition)
  const faults = modelFaults(definition)
  if (faults.length > 0) return unprocessable([...faults])
  const missing = await missingDestination(call, definition)
  if (missing) return unprocessable([{ path: 'destination', message: missing }])
  return ok({ settings: settings.value, definition })
}

async function missingDestination({ env, workspace }: Call, { destination }: ModelDefinition) {
  if (destination === null) return undefined
  const found = await env.DB.prepare('SELECT id FROM destinations WHERE workspace = ? AND id = ?')
    .bind(workspace, destination)
    .first()
  return found ? undefined : 'there is no such destination'
}

export function modelDocument({ env }: Call, row: ModelRow): ModelDocument {
  const { id, name, type, enabled, definition, settings, ...model } = modelOf(row)
  const secrets = Object.entries(secretSettingsOf(env.IDENTITY_SECRET, { id, settings, ...model }))
  const hints = secrets.map(([key, value]) => [key, hintOf(String(value))])
  const { schedule, ...rest } = definition
  return {
    id,
    name,
    source: { type, settings: { ...(settings as Record<string, JsonValue>), ...Object.fromEntries(hints) } as never },
    ...rest,
    schedule: schedule ? { ...schedule } : null,
    enabled,
    version: row.version,
    createdAt: toIso(row.created_at),
    updatedAt: toIso(row.updated_at),
  }
}

/** The definition in a body: what is not named is as it was, or as it is when nothing is said. */
export function definitionIn(body: Readonly<Record<string, unknown>>, before: object = {}): Record<string, unknown> {
  const named = Object.keys(ModelDefinition.shape).filter((field) => body[field] !== undefined)
  return { ...before, ...Object.fromEntries(named.map((field) => [field, body[field]])) }
}
