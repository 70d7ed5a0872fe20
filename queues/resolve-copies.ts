import { identifierKey } from '../platform/hashing.ts'
import { identityStub } from '../platform/stubs.ts'
import { isTransient } from '../platform/transient.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import { mayMove } from '../shared/identity/devices.ts'
import { type Identifier, identifierName } from '../shared/identity/identifier.ts'
import { isRoleMailbox } from '../shared/identity/identity-settings.ts'
import type { ResolveAnswer, ResolveRequest } from '../shared/identity/resolve.ts'
import type { CopyWork, Placed } from './copy.ts'
import { ALONE_AFTER_ATTEMPTS, reasonOf, waitOf } from './faults.ts'
import { placeOwnCopies } from './place-own-copies.ts'

/**
 * Step 2: whose copies these are. One call per batch and workspace to the identity graph, with only the identifier sets
 * that this isolate does not know yet. A cached answer can be out of date in one way only: the profile then says
 * `elsewhere`, the answer is dropped (forgetAnswers) and asked for again.
 */
export async function resolveCopies(env: Env, copies: readonly CopyWork[]): Promise<void> {
  const byWorkspace = Map.groupBy(copies, (copy) => copy.unit.config as WorkspaceConfig)
  await Promise.all([...byWorkspace].map(([config, mine]) => resolveWorkspace(env, config, mine)))
}

/** Identifier sets and their answers. Bounded; the oldest go first. */
const answers = new Map<string, Extract<ResolveAnswer, { kind: 'resolved' }>>()
const MOST_ANSWERS = 50_000

export function forgetAnswers(copies: readonly CopyWork[]): void {
  for (const copy of copies)
    if (copy.unit.config && copy.item.profile === undefined) answers.delete(cacheKey(copy, copy.unit.config))
}

/** For tests: a new isolate knows nothing. */
export function forgetAllAnswers(): void {
  answers.clear()
}

async function resolveWorkspace(env: Env, config: WorkspaceConfig, copies: readonly CopyWork[]): Promise<void> {
  const asked = new Map<string, Asked>()
  const own = copies.filter(({ item }) => item.profile !== undefined)
  if (own.length > 0) await placeOwnCopies(env, config, own)
  for (const copy of copies) {
    if (copy.item.profile !== undefined) continue
    const key = cacheKey(copy, config)
    const known = answers.get(key)
    if (known) {
      copy.placed = placedOf(known, copy)
      continue
    }
    const same = asked.get(key)
    if (same) same.copies.push(copy)
    else asked.set(key, { key, copies: [copy] })
  }
  const singly = await ask(env, config, [...asked.values()])
  if (singly.length > 0) await ask(env, config, singly)
}

/** A merge or a split is carried out within some 20 ms: who waits for one is asked about again before the message goes back. */
const PAUSES_MS = [30, 100, 300]

/** Copies with the same identifiers, and where their answer is remembered. */
interface Asked {
  readonly key: string
  readonly copies: CopyWork[]
}

/** Asks for the first copy of each group. Gives back, one by one, the copies for which its answer does not hold as well. */
async function ask(
  env: Env,
  config: WorkspaceConfig,
  groups: readonly Asked[],
  pauses: readonly number[] = PAUSES_MS,
): Promise<readonly Asked[]> {
  if (groups.length === 0) return []
  try {
    const requests = groups.map(({ copies }) => requestOf(env, copies[0] as CopyWork))
    const replies = await identityStub(env, config.id).resolve(config.settings.identity, requests)
    const [pause, ...rest] = pauses
    const again = pause === undefined ? [] : groups.filter((_, i) => replies[i]?.kind === 'busy')
    const singly = groups.flatMap((group, i) => (again.includes(group) ? [] : take(group, replies[i] as ResolveAnswer)))
    if (again.length === 0) return singly
    await new Promise((resume) => setTimeout(resume, pause))
    return [...singly, ...(await ask(env, config, again, rest))]
  } catch (fault) {
    for (const { copies } of groups) for (const copy of copies) failed(copy, fault)
    return []
  }
}

function take({ key, copies }: Asked, answer: ResolveAnswer): readonly Asked[] {
  const [first, ...rest] = copies as [CopyWork, ...CopyWork[]]
  switch (answer.kind) {
    case 'busy':
      for (const copy of copies) copy.waiting = { for: 'profile_busy', reason: 'the profile is being split' }
      return []
    case 'suppressed':
      // By when it happened: another copy may be from after the erasure.
      first.outcome = { kind: 'dropped', reason: 'suppressed' }
      return rest.map((copy) => ({ key, copies: [copy] }))
    case 'resolved':
      if (answer.once) {
        first.placed = placedOf(answer, first)
        return rest.map((copy) => ({ key, copies: [copy] }))
      }
      // Who is on the way is so for a moment only.
      if (!answer.arriving) remember(key, answer)
      for (const copy of copies) copy.placed = placedOf(answer, copy)
      return []
  }
}

function remember(key: string, answer: Extract<ResolveAnswer, { kind: 'resolved' }>): void {
  if (answers.size >= MOST_ANSWERS) {
    for (const oldest of answers.keys()) {
      answers.delete(oldest)
      if (answers.size < MOST_ANSWERS * 0.9) break
    }
  }
  answers.set(key, answer)
}

function failed(copy: CopyWork, fault: unknown): void {
  if (isTransient(fault) || copy.unit.message.attempts < ALONE_AFTER_ATTEMPTS) copy.waiting = waitOf(fault)
  else copy.outcome = { kind: 'dead_letter', stage: 'resolve', reason: reasonOf(fault) }
}

function requestOf(env: Env, copy: CopyWork): ResolveRequest {
  const workspace = copy.unit.config?.id as string
  const { event, identifiers = [], previous } = copy
  const key = ({ type, match }: Identifier) => identifierKey(env.IDENTITY_SECRET, workspace, type, match)
  return {
    ids: identifiers.map((identifier) => ({
      key: key(identifier),
      type: identifier.type,
      ...(isRoleMailbox(identifier) ? { shared: true } : {}),
    })),
    ...(previous ? { previous: { user: key(previous.user), anonymous: key(previous.anonymous) } } : {}),
    mayExceed: event?.type === 'alias' && copy.unit.ingest.trust === 'server',
    eventAt: event?.timestamp ?? copy.unit.ingest.receivedAt,
    cause: {
      kind: event?.type === 'alias' ? 'alias' : 'message',
      ...(event ? { messageId: event.messageId } : {}),
      at: copy.unit.ingest.receivedAt,
    },
  }
}

/** By what was said, not by its hashes: a known set costs no hashing. Trust decides what an alias may do. */
function cacheKey({ unit, identifiers = [], previous }: CopyWork, { id, settings }: WorkspaceConfig): string {
  let key = id
  for (const identifier of identifiers) key += `\n${identifierName(identifier)}`
  // A device that changes hands is somebody else's a moment later.
  if (identifiers.some(({ type }) => mayMove(type, settings.identity))) key += `\n@${unit.ingest.receivedAt}`
  return previous ? `${key}\n>${previous.user.match}\n${unit.ingest.trust}` : key
}

function placedOf(answer: Extract<ResolveAnswer, { kind: 'resolved' }>, copy: CopyWork): Placed {
  const all = [...(copy.identifiers ?? [])]
  if (copy.previous) all.push(answer.previousType === 'user_id' ? copy.previous.user : copy.previous.anonymous)
  const { profile, leaf, epoch, refused, grown = false, arriving = [] } = answer
  const held = all.flatMap((identifier, i) => {
    const home = answer.held[i]
    return home ? [{ ...identifier, leaf: home }] : []
  })
  return { profile, leaf, epoch, arriving, refused, grown, held }
}
