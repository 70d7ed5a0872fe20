import { heldBack, type SendAnswer } from '../shared/destination/ask-person.ts'
import { type Delivery, nobody } from '../shared/destination/delivery.ts'
import type { DestinationConfig } from '../shared/destination/destination-config.ts'
import { consentQuestion } from '../shared/destination/destination-config.ts'
import type { DestinationType, OutgoingRequest } from '../shared/destination/destination-type.ts'
import { deliveryOf, toldOf } from '../shared/destination/effect-delivery.ts'
import { destinationType } from '../shared/destination/index.ts'
import { mapDelivery } from '../shared/destination/map-delivery.ts'
import { refused, retry, type Verdict } from '../shared/destination/verdict.ts'
import { isCanonicalId } from '../shared/kernel/id.ts'
import type { JsonObject } from '../shared/kernel/json.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { runObserver } from './destination-code.ts'
import { settingsOf } from './destination-settings.ts'
import { accessTokenFor, forgetToken } from './destination-token.ts'
import { destinationTools, sha256 } from './destination-tools.ts'
import { log } from './log.ts'
import { callOut } from './outbound.ts'
import { outboundRules } from './outbound-address.ts'
import { profileStub } from './stubs.ts'

/** What became of one effect at one destination. `ours`: we could not even ask; the peer is not to blame. */
export type Sent = Verdict | { readonly kind: 'skipped'; readonly reason: string } | OurFault
export interface OurFault {
  readonly kind: 'retry'
  readonly reason: string
  readonly afterMs?: number
  readonly ours: true
}

/**
 * Sends effects to a destination in one request: asks each person once, maps, builds, calls, judges. One answer per
 * effect. Never rejects.
 */
export async function sendTo(env: Env, destination: DestinationConfig, effects: readonly Effect[]): Promise<Sent[]> {
  const type = destinationType(destination.type)
  if (!type) return effects.map(() => refused(`there is no destination of type ${destination.type}`))
  try {
    const prepared = await Promise.all(effects.map((effect) => preparedFor(env, destination, type, effect)))
    const deliveries = prepared.filter((one): one is Delivery => 'data' in one)
    const verdicts = deliveries.length === 0 ? [] : await sent(env, destination, type, deliveries)
    let next = 0
    return prepared.map((one) => ('data' in one ? (verdicts[next++] as Sent) : one))
  } catch (fault) {
    log.error('destination: a call could not be built', {
      workspace_id: destination.workspace,
      destination: destination.id,
      fault,
    })
    return effects.map(() => ({ kind: 'retry', reason: `our fault: ${messageOf(fault)}`, ours: true }))
  }
}

/** The delivery as this destination wants it, or why it is not sent. */
export async function preparedFor(
  env: Env,
  destination: DestinationConfig,
  type: DestinationType,
  effect: Effect,
): Promise<Delivery | Sent> {
  const { rules } = destination
  const told = toldOf(effect)
  if (!told) return skipped('type_not_taken')
  const answer = await askPerson(env, destination, effect)
  if (answer === 'nobody' && told.type !== 'profile.deleted') return skipped('no_such_profile')
  const held = answer === 'nobody' ? undefined : heldBack(rules, told, answer)
  if (held !== undefined) return skipped(held)
  const person = answer === 'nobody' ? nobody(effect.profile) : answer.person
  const delivery = deliveryOf(effect, person)
  if (!delivery) return skipped('type_not_taken')
  const mapped = mapDelivery(delivery, rules.mapping ?? type.defaultMapping, sha256)
  return 'skip' in mapped ? skipped(mapped.skip) : mapped
}

function skipped(reason: string): Sent {
  return { kind: 'skipped', reason }
}

/** A profile that was merged meanwhile leads on to the other one. */
const MOST_HOPS = 5

async function askPerson(
  env: Env,
  { workspace, rules }: DestinationConfig,
  effect: Effect,
): Promise<SendAnswer | 'nobody'> {
  const question = { condition: rules.filter.condition, consent: consentQuestion(rules) }
  let id = effect.profile
  for (let hop = 0; hop <= MOST_HOPS; hop++) {
    if (!isCanonicalId(id)) return 'nobody'
    const answer = await profileStub(env, workspace, id).mayReceive(question)
    if (answer.kind === 'found') return answer.value
    if (answer.kind === 'unknown') return 'nobody'
    id = answer.to
  }
  throw new Error('the profile is being merged')
}

/** The request exactly as it would go out, or why there is none. */
export function requestFor(
  env: Env,
  destination: DestinationConfig,
  type: DestinationType,
  deliveries: readonly Delivery[],
  now: number,
  accessToken?: string,
): OutgoingRequest | { readonly skip: string } {
  return type.call(deliveries, settingsOf(env.IDENTITY_SECRET, destination), destinationTools(now, accessToken))
}

async function sent(
  env: Env,
  destination: DestinationConfig,
  type: DestinationType,
  deliveries: readonly Delivery[],
): Promise<readonly Sent[]> {
  const all = (one: Sent) => deliveries.map(() => one)
  if (type.runsCode) return runObserver(env, destination, settingsOf(env.IDENTITY_SECRET, destination), deliveries)
  const token = await accessTokenFor(env, destination, type)
  if (token && typeof token !== 'string') return all(token)
  const request = requestFor(env, destination, type, deliveries, Date.now(), token)
  if ('skip' in request) return all(skipped(request.skip))
  const outcome = await callOut(request, outboundRules(env))
  if (outcome.kind === 'failed') return all(retry(outcome.reason))
  if (outcome.kind === 'forbidden') return all(refused(outcome.reason))
  // A token that is not taken any more must not be offered again.
  if (token !== undefined && outcome.reply.status === 401) forgetToken(destination)
  const verdicts = type.read(outcome.reply, Date.now(), deliveries.length)
  if (!Array.isArray(verdicts)) return all(verdicts as Verdict)
  return deliveries.map((_, i) => verdicts[i] ?? retry('the answer says nothing of this one'))
}

function messageOf(fault: unknown): string {
  return (fault instanceof Error ? fault.message : String(fault)).slice(0, 200)
}

/** The type's settings, for whoever shows a request: every secret in it. */
export function secretsIn(env: Env, destination: DestinationConfig, type: DestinationType): readonly string[] {
  const settings: JsonObject = settingsOf(env.IDENTITY_SECRET, destination)
  return type.secrets.flatMap((name) => (typeof settings[name] === 'string' ? [settings[name]] : []))
}
