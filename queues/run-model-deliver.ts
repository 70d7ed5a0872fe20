import { ConfigStore } from '../platform/config-store.ts'
import { recordDeliveries } from '../platform/destination-record.ts'
import { preparedFor } from '../platform/destination-send.ts'
import { identifierKey } from '../platform/hashing.ts'
import { inPool } from '../platform/in-pool.ts'
import { withoutPeople } from '../platform/log.ts'
import type { Model } from '../platform/model-row.ts'
import { ownSourceId } from '../platform/own-source.ts'
import { identityStub } from '../platform/stubs.ts'
import { defaultSettings } from '../shared/config/workspace-config.ts'
import { type DestinationConfig, unwanted } from '../shared/destination/destination-config.ts'
import { toldOf } from '../shared/destination/effect-delivery.ts'
import { destinationType } from '../shared/destination/index.ts'
import type { EventType } from '../shared/event/event.ts'
import { normalize } from '../shared/event/normalize.ts'
import { identifierOf } from '../shared/identity/identifier.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import type { IngestMessage } from '../shared/message/ingest-message.ts'
import type { DeliveryLine } from '../shared/pipeline/trace.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { deliverTo } from './deliver-effects.ts'
import type { ModelRunInput } from './run-model.ts'
import type { ModelItem, Untold } from './run-model-page.ts'

type Addressed = { readonly key: string; readonly effect: Extract<Effect, { kind: 'event' }> }

/**
 * What a page has to tell, straight to a destination: of people who are known, whose consent the lanes ask for as for every
 * event. A dry run asks the same of them and sends nothing. @throws when the step should be tried again
 */
export async function deliverModelItems(
  env: Env,
  model: Model,
  input: ModelRunInput,
  requestId: string,
  items: readonly ModelItem[],
): Promise<readonly Untold[]> {
  const { workspace, definition } = model
  const destinations = await new ConfigStore(env.DB).destinations(workspace)
  if (destinations === 'unreadable') throw new Error('the destinations cannot be read')
  const destination = destinations.find(({ id }) => id === definition.destination)
  if (!destination?.enabled) {
    const reason = destination ? 'the destination is disabled' : 'the destination is gone'
    return items.map(({ key }) => ({ key, reason, kind: 'failed' }))
  }
  const { addressed, untold } = await addressedTo(env, workspace, input, requestId, items)
  const lines = input.dryRun
    ? await wouldBeSkipped(env, destination, addressed)
    : await sent(env, workspace, destination, addressed)
  const keyOf = new Map(addressed.map(({ key, effect }) => [effect.event.messageId, key]))
  return [...untold, ...lines.flatMap((line) => untoldLine(line, keyOf.get(line.messageId)))]
}

function untoldLine({ outcome, reason }: DeliveryLine, key: string | undefined): readonly Untold[] {
  if (key === undefined || (outcome !== 'skipped' && outcome !== 'dead_letter')) return []
  // A peer's refusal may repeat whom it was told of.
  return [{ key, reason: withoutPeople(reason ?? outcome), kind: outcome === 'skipped' ? 'skipped' : 'buried' }]
}

async function sent(
  env: Env,
  workspace: string,
  destination: DestinationConfig,
  addressed: readonly Addressed[],
): Promise<readonly DeliveryLine[]> {
  const lines: DeliveryLine[] = []
  const effects = addressed.map(({ effect }) => effect)
  try {
    await deliverTo(env, destination, effects, lines)
  } finally {
    await recordDeliveries(env, workspace, lines)
  }
  return lines
}

/** How many people are asked at once. */
const ASKED = 20

async function wouldBeSkipped(
  env: Env,
  destination: DestinationConfig,
  addressed: readonly Addressed[],
): Promise<readonly DeliveryLine[]> {
  const type = destinationType(destination.type)
  const lines: DeliveryLine[] = []
  await inPool(addressed, ASKED, async ({ effect }) => {
    const told = toldOf(effect)
    const unasked = type && told ? unwanted(destination.rules, type.takes, told) : 'type_not_taken'
    const prepared = unasked === undefined && type ? await preparedFor(env, destination, type, effect) : undefined
    const reason =
      unasked ?? (prepared && 'kind' in prepared && prepared.kind === 'skipped' ? prepared.reason : undefined)
    const { messageId } = effect.event
    if (reason !== undefined)
      lines.push({ messageId, destination: destination.id, outcome: 'skipped', reason, attempts: 0, at: 0 })
  })
  return lines
}

/** Whose the items are; nothing makes a person of an id that nobody has. */
async function addressedTo(
  env: Env,
  workspace: string,
  input: ModelRunInput,
  requestId: string,
  items: readonly ModelItem[],
) {
  const config = await new ConfigStore(env.DB).workspace(workspace)
  const settings = typeof config === 'string' ? defaultSettings : config.settings
  const asked = items.map(({ body }) => located(env, workspace, body))
  const places = await identityStub(env, workspace).places(asked.map(({ key }) => ({ kind: 'identifier', key })))
  if (places.some(({ kind }) => kind === 'busy')) throw new Error('a profile is being merged')
  const untold: Untold[] = []
  const addressed: Addressed[] = []
  items.forEach((item, i) => {
    const place = places[i]
    if (place?.kind !== 'placed') {
      untold.push({ key: item.key, reason: 'nobody has this id', kind: 'failed' })
      return
    }
    const event = eventOf(workspace, input, requestId, item, i, settings)
    const key = `${event.source}:${item.messageId}`
    addressed.push({ key: item.key, effect: { key, kind: 'event', workspace, profile: place.profile, event } })
  })
  return { addressed, untold }
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
