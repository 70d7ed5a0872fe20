import { enqueueIngest } from '../platform/event-queues.ts'
import type { Model } from '../platform/model-row.ts'
import { ownSourceId } from '../platform/own-source.ts'
import { MESSAGE_BYTES, packed } from '../platform/queue-packing.ts'
import type { ModelRunInput } from './run-model.ts'
import { deliverModelItems } from './run-model-deliver.ts'
import type { ModelItem, Untold } from './run-model-page.ts'

const TRIES = 3

/**
 * What a page has to tell, on its way: through the ordinary ingest, or straight to a destination. Answers what could not
 * be told, of a dry run what would not be. @throws when the step should be tried again
 */
export async function sendModelItems(
  env: Env,
  model: Model,
  input: ModelRunInput,
  page: string,
  items: readonly ModelItem[],
): Promise<readonly Untold[]> {
  if (items.length === 0) return []
  const requestId = `${model.id}-${input.run.replace(/[^\w-]/g, '')}-${page}`
  if (model.definition.mode === 'destination') return deliverModelItems(env, model, input, requestId, items)
  if (!input.dryRun) await throughIngest(env, model, input, requestId, items)
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
