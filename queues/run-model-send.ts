import { ConfigStore } from '../platform/config-store.ts'
import { recordDeliveries } from '../platform/destination-record.ts'
import { enqueueIngest } from '../platform/event-queues.ts'
import { identifierKey } from '../platform/hashing.ts'
import type { Model } from '../platform/model-row.ts'
import { ownSourceId } from '../platform/own-source.ts'
import { MESSAGE_BYTES, packed } from '../platform/queue-packing.ts'
import { identityStub } from '../platform/stubs.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import type { EventType } from '../shared/event/event.ts'
import { normalize } from '../shared/event/normalize.ts'
import { identifierOf } from '../shared/identity/identifier.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import type { IngestMessage } from '../shared/message/ingest-message.ts'
import type { DeliveryLine } from '../shared/pipeline/trace.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { deliverTo } from './deliver-effects.ts'
import type { ModelRunInput } from './run-model.ts'
import type { ModelItem } from './run-model-page.ts'

interface Refused {
  readonly key: string
  readonly reason: string
}

const TRIES = 3

/**
 * What a page has to tell, on its way: through the ordinary ingest, or straight to a destination, whose lanes ask the
 * person's consent as for every event. Answers what could not be told. @throws when the step should be tried again
 */
export async function sendModelItems(
  env: Env,
  model: Model,
  input: ModelRunInput,
  page: string,
  items: readonly ModelItem[],
): Promise<readonly Refused[]> {
  if (items.length === 0) return []
  const requestId = `${model.id}-${input.run.replace(/[^\w-]/g, '')}-${page}`
  if (model.definition.mode === 'destination') return toDestination(env, model, input, requestId, items)
  await throughIngest(env, model, input, requestId, items)
  return []
}

async function throughIngest(
  env: Env,
  { workspace }: Model,
  { at }: ModelRunInput,
  requestId: string,
  items: readonly ModelItem[],
): Promise<void> {
  const source = ownSourceId('models', workspace)
  const envelope = { v: 1, requestId, source, trust: 'server', origin: 'import', receivedAt: at }
  const opening = JSON.stringify(envelope).slice(0, -1)
  const texts = items.map(({ body }, i) => JSON.stringify({ i, body }))
  const messages = packed(texts, MESSAGE_BYTES - opening.length).map((group) => `${opening},"items":[${group.join()}]}`)
  let left: readonly string[] = messages
  for (let tries = 0; left.length > 0 && tries < TRIES; tries++)
    left = await enqueueIngest(env, left, source, requestId)
  if (left.length > 0) throw new Error(`no event queue takes ${left.length} of ${messages.length} messages`)
}

async function toDestination(
  env: Env,
  model: Model,
  input: ModelRunInput,
  requestId: string,
  items: readonly ModelItem[],
): Promise<readonly Refused[]> {
  const { workspace, definition } = model
  const configs = new ConfigStore(env.DB)
  const [destinations, config] = await Promise.all([configs.destinations(workspace), configs.workspace(workspace)])
  if (destinations === 'unreadable') throw new Error('the destinations cannot be read')
  const destination = destinations.find(({ id }) => id === definition.destination)
  if (!destination?.enabled)
    return items.map(({ key }) => ({
      key,
      reason: destination ? 'the destination is disabled' : 'the destination is gone',
    }))
  const settings = typeof config === 'string' ? defaultSettings : config.settings
  const asked = items.map(({ body }) => located(env, workspace, body))
  const places = await identityStub(env, workspace).places(asked.map(({ key }) => ({ kind: 'identifier', key })))
  if (places.some(({ kind }) => kind === 'busy')) throw new Error('a profile is being merged')
  const refused: Refused[] = []
  const effects: Effect[] = []
  items.forEach((item, i) => {
    const place = places[i]
    if (place?.kind !== 'placed') {
      refused.push({ key: item.key, reason: 'nobody has this id' })
      return
    }
    const event = eventOf(workspace, input, requestId, item, i, settings)
    const key = `${event.source}:${item.messageId}`
    effects.push({ key, kind: 'event', workspace, profile: place.profile, event })
  })
  const told: DeliveryLine[] = []
  try {
    await deliverTo(env, destination, effects, told)
  } finally {
    await recordDeliveries(env, workspace, told)
  }
  return refused
}

function located(env: Env, workspace: string, { userId, anonymousId }: JsonObject) {
  const [type, value] = userId === undefined ? ['anonymous_id', anonymousId] : ['user_id', userId]
  const match = identifierOf(type, value)?.match ?? ''
  return { key: identifierKey(env.IDENTITY_SECRET, workspace, type, match) }
}

function eventOf(
  workspace: string,
  { at }: ModelRunInput,
  requestId: string,
  { body }: ModelItem,
  i: number,
  settings: Parameters<typeof normalize>[3],
) {
  const item = { i, body }
  const message: IngestMessage = {
    v: 1,
    requestId,
    source: ownSourceId('models', workspace),
    trust: 'server',
    origin: 'import',
    receivedAt: at,
    items: [item],
  }
  return normalize(message, item, body['type'] as EventType, settings)
}
