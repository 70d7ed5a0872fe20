import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { audienceShards, audienceStub, identityStub, LANES, laneStub, profileStub } from '../../platform/stubs.ts'
import type { CanonicalId } from '../../shared/kernel/id.ts'
import type { EventDocument } from '../../shared/profile/document.ts'
import type { FakePeer } from './fake-peer.ts'
import type { Story } from './faults-story.ts'
import { linesOf, locate, meterOf, profileOf, settled, type TestWorkspace, timelineOf } from './workspace.ts'

/** What must hold after a story, whatever happened on the way. */

/** The accounting equation: as many outcomes as copies were accepted, each copy one and only one. */
export async function expectAccounts(ws: TestWorkspace, { copies, outcomes }: Story): Promise<void> {
  const kinds = new Map<string, Set<string>>()
  for (const line of await linesOf(ws)) {
    const { copyId, outcome, reason, stage } = line as Record<string, string | undefined>
    const detail = outcome === 'dead_letter' ? stage : reason
    const known = kinds.get(copyId as string) ?? new Set()
    kinds.set(copyId as string, known.add(detail === undefined ? `${outcome}` : `${outcome}:${detail}`))
  }
  expect([...copies].filter((copy) => !kinds.has(copy))).toEqual([])
  expect([...kinds].filter(([copy, said]) => !copies.has(copy) || said.size !== 1)).toEqual([])
  const sums: Record<string, number> = {}
  for (const said of kinds.values()) for (const one of said) sums[one] = (sums[one] ?? 0) + 1
  expect(sums).toEqual(outcomes)
  const { counts } = await meterOf(ws)
  const ofCopies = Object.keys(counts).filter((name) =>
    /^(applied|duplicate|dropped:.*|rejected:.*|dead_letter:.*)$/.test(name),
  )
  expect(Object.fromEntries(ofCopies.map((name) => [name, counts[name]]))).toEqual(outcomes)
}

/** Each person is who the naive model says, nobody has more, and nothing waits to be told. */
export async function expectPeople(ws: TestWorkspace, { people }: Story): Promise<void> {
  for (const person of people) {
    const profile = await profileOf(ws, 'user_id', person.userId)
    const events = await timelineOf(ws, profile.id)
    const own = events.filter(({ source }) => source === 'tributary')
    expect({
      userId: person.userId,
      counts: profile.eventCounts,
      traits: profile.traits,
      identifiers: profile.identifiers.map(({ type, value }) => `${type}:${value}`).sort(),
      messageIds: messageIds(events.filter(({ source }) => source !== 'tributary')),
      segments: profile.segments.map(({ key }) => key).sort(),
    }).toEqual({
      ...person,
      identifiers: [...person.identifiers].sort(),
      messageIds: [...person.messageIds].sort(),
      segments: [
        ...((person.counts['Order'] ?? 0) >= 3 ? ['buyers'] : []),
        ...(person.traits['plan'] === 'pro' ? ['pro'] : []),
      ],
    })
    expectAlternating(own)
    await runInDurableObject(profileStub(env, ws.id, profile.id as CanonicalId), (_, ctx) => {
      const row = ctx.storage.sql.exec<{ json: string }>('SELECT json FROM state').one()
      const { outbox, documentOwed, merging } = JSON.parse(row.json)
      expect({ outbox, documentOwed, merging }).toEqual({ outbox: [], merging: [] })
    })
  }
}

function messageIds(events: readonly EventDocument[]): readonly string[] {
  return events.map(({ messageId }) => messageId).sort()
}

/** Of what one ID told about one segment, in the order of its numbers. */
function expectAlternating(own: readonly EventDocument[]): void {
  const bySegment = Map.groupBy(own, ({ messageId }) => messageId.slice(0, messageId.lastIndexOf(':')))
  for (const told of bySegment.values()) {
    const inOrder = told
      .map(({ messageId, name }) => ({ n: Number(messageId.slice(messageId.lastIndexOf(':') + 1)), name }))
      .sort((a, b) => a.n - b.n)
    const changes = inOrder.map(({ name }) => name?.split(' ').at(-1))
    expect(changes.filter((change, i) => change === changes[i - 1])).toEqual([])
  }
}

/** Everything that took effect, and everything that was told, came to the destination under its key; nothing else did. */
export async function expectDelivered(ws: TestWorkspace, { applied, people }: Story, peer: FakePeer): Promise<void> {
  const expected = [...applied].map((messageId) => `${ws.source}:${messageId}`)
  for (const { userId } of people) {
    const { id } = await profileOf(ws, 'user_id', userId)
    for (const { source, messageId } of await timelineOf(ws, id)) if (source === 'tributary') expected.push(messageId)
  }
  for (let tries = 0; tries < 400 && expected.some((key) => !takenBy(peer).has(key)); tries++) {
    await tend(ws)
    await new Promise((resume) => setTimeout(resume, 25))
  }
  const taken = takenBy(peer)
  // What is told of people and their consents has keys of its own, derived from those of events.
  const events = [...taken].filter(([, { types }]) => !types.has('profile') && !types.has('consent'))
  expect(events.map(([key]) => key).sort()).toEqual(expected.sort())
  expect([...taken.values()].filter(({ bodies }) => bodies.size !== 1)).toEqual([])
}

/** What the peer answered 200 to, by idempotency key: each key is one event, however often it was sent. */
function takenBy({ got }: FakePeer) {
  const taken = new Map<string, { readonly types: Set<string>; readonly bodies: Set<string> }>()
  for (const { headers, json } of got) {
    if (headers.get('x-refused') !== null) continue
    const key = headers.get('webhook-id') ?? ''
    const { messageId, event, properties } = json.data
    const known = taken.get(key) ?? { types: new Set(), bodies: new Set() }
    known.types.add(String(json.type).split('.')[0] as string)
    known.bodies.add(JSON.stringify([messageId, event, properties]))
    taken.set(key, known)
  }
  return taken
}

/** Wakes whoever waits: profiles to tell what is due, the graph to go on with its merges, lanes to try again. */
export async function tend(ws: TestWorkspace): Promise<void> {
  await settled(ws)
  const destinations = await env.DB.prepare('SELECT id FROM destinations WHERE workspace = ?')
    .bind(ws.id)
    .all<{ id: string }>()
  for (const { id } of destinations.results)
    for (let lane = 0; lane < LANES; lane++) await laneStub(env, ws.id, id, lane).wake(0)
  for (const id of await everybody(ws)) await runDurableObjectAlarm(profileStub(env, ws.id, id))
}

export async function everybody(ws: TestWorkspace): Promise<readonly CanonicalId[]> {
  return (await identityStub(env, ws.id).profilesAfter('', 1_000)).ids
}

/** Takes objects out of memory in the middle of it all. */
export async function evictSome(ws: TestWorkspace, random: () => number): Promise<void> {
  const stubs: DurableObjectStub[] = [identityStub(env, ws.id)]
  for (let shard = 0; shard < audienceShards(env); shard++) stubs.push(audienceStub(env, ws.id, shard))
  for (let i = 0; i < 6; i++) {
    const id = await locate(ws, 'user_id', `u${i}`)
    if (id) stubs.push(profileStub(env, ws.id, id))
  }
  // One that is not running cannot be evicted.
  for (const stub of stubs) if (random() < 0.3) await evictDurableObject(stub).catch(() => {})
}
