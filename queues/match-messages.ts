import { ConfigStore } from '../platform/config-store.ts'
import { log } from '../platform/log.ts'
import { absorbProfile, forgetProfile } from '../platform/match-forget.ts'
import { indexPerson, personOf } from '../platform/match-index.ts'
import { packed, sendAll } from '../platform/queue-packing.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { touches } from '../shared/matching/person-fields.ts'
import { MatchMessage } from '../shared/message/match-message.ts'
import type { Effect, ProfileEffect } from '../shared/profile/effect.ts'
import { unreadable } from './consume-events.ts'
import { reasonOf, retryLater } from './faults.ts'
import { matchProfiles } from './match-profiles.ts'
import { sendDeadLetters } from './settle.ts'

/**
 * Matching runs beside the events, off a queue of its own: only profiles of whom something changed that is compared are sent
 * to it, and only of workspaces that match at all.
 */
type Changed = MatchMessage['profiles'][number]

/** Sends on what happened to profiles, as far as matching has to hear of it. @throws when the queue refuses */
export async function sendToMatching(env: Env, effects: readonly Effect[]): Promise<void> {
  const own = effects.filter((effect): effect is ProfileEffect => effect.kind === 'profile')
  const messages: string[] = []
  for (const [workspace, some] of Map.groupBy(own, (effect) => effect.workspace)) {
    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (config === 'unreadable') throw new Error(`the settings of ${workspace} cannot be read`)
    if (config === 'unknown') continue
    const changed = new Map(
      some.flatMap((effect) => changedBy(effect, config)).map((one) => [JSON.stringify(one), one]),
    )
    messages.push(...messagesOf(workspace, [...changed.keys()]))
  }
  if (messages.length > 0) await sendAll(env.MATCHING, messages)
}

/** Profiles that became different without anybody being told. @throws when the queue refuses */
export async function matchAgain(env: Env, { id, settings }: WorkspaceConfig, ids: readonly string[]): Promise<void> {
  if (ids.length === 0 || settings.identity.matching.mode === 'off') return
  const changed = ids.map((profile): Changed => ({ id: profile, change: 'changed' }))
  await sendAll(
    env.MATCHING,
    messagesOf(
      id,
      changed.map((one) => JSON.stringify(one)),
    ),
  )
}

/** `changed`: as JSON. */
function messagesOf(workspace: string, changed: readonly string[]): readonly string[] {
  return packed(changed).map(
    (group) => `{"v":1,"workspace":${JSON.stringify(workspace)},"profiles":[${group.join(',')}]}`,
  )
}

function changedBy(effect: ProfileEffect, config: WorkspaceConfig): readonly Changed[] {
  const { mode, fields } = config.settings.identity.matching
  const { profile: id, change, other } = effect
  const also = other === undefined ? {} : { other }
  // What was indexed while matching was on is forgotten and moved also when it is off.
  if (change === 'deleted' || change === 'merged' || change === 'unmerged') return [{ id, change, ...also }]
  if (mode === 'off') return []
  const identified = (effect.identifiers ?? []).some((name) => /^(email|phone):/.test(name))
  return identified || touches(fields, effect.traits ?? []) ? [{ id, change: 'changed' }] : []
}

/** Each message by itself, because what one profile's matching waits for must not hold the others. */
export async function consumeMatching(batch: MessageBatch, env: Env): Promise<void> {
  for (const message of batch.messages) {
    let parsed: MatchMessage
    try {
      parsed = MatchMessage.parse(JSON.parse(String(message.body)))
    } catch (fault) {
      await sendDeadLetters(env, [{ ...unreadable(message, reasonOf(fault)), stage: 'queue' }])
      message.ack()
      continue
    }
    try {
      await matchMessage(env, parsed, Date.now())
      message.ack()
    } catch (fault) {
      log.warn('matching: a message waits', { workspace_id: parsed.workspace, fault })
      retryLater(message)
    }
  }
}

export async function matchMessage(env: Env, { workspace, profiles }: MatchMessage, now: number): Promise<void> {
  const config = await new ConfigStore(env.DB).workspace(workspace)
  if (config === 'unknown') return
  if (config === 'unreadable') throw new Error('the settings cannot be read')
  const again = new Set<CanonicalId>()
  for (const { change, ...named } of profiles) {
    const [id, other] = [named.id as CanonicalId, named.other as CanonicalId | undefined]
    if (change === 'deleted') await forgetProfile(env, workspace, id)
    if (change === 'merged' && other !== undefined) await absorbProfile(env, workspace, id, other)
    if (change === 'unmerged' && other !== undefined) {
      await letGo(env, workspace, id, other)
      again.add(other)
    }
    if (change !== 'deleted') again.add(id)
  }
  await matchProfiles(env, config, [...again], now)
}

/** What a profile that was taken out again had brought is compared with it no more; its own message puts the other back. */
async function letGo(env: Env, workspace: string, id: CanonicalId, other: CanonicalId): Promise<void> {
  const person = await personOf(env, workspace, id)
  if (!person) return
  const records = person.records.filter(({ from }) => from !== other)
  await indexPerson(env, workspace, id, person, { ...person, records })
}
