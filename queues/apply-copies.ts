import type { ApplyAnswer, ApplyRequest } from '../durable-objects/profile-object.ts'
import { inPool } from '../platform/in-pool.ts'
import { profileStub } from '../platform/stubs.ts'
import { isTransient } from '../platform/transient.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { Arrival } from '../shared/identity/arriving.ts'
import type { CopyWork, Placed } from './copy.ts'
import { undecided } from './copy.ts'
import { ALONE_AFTER_ATTEMPTS, reasonOf, waitOf } from './faults.ts'
import { NewsOfBatch } from './news-of-batch.ts'
import { forgetAnswers, resolveCopies } from './resolve-copies.ts'

/**
 * Step 3: one apply() per profile per batch. A profile that answers `elsewhere` was merged away or split since the
 * isolate asked: the graph is asked again, at most five times.
 */
export async function applyCopies(env: Env, copies: readonly CopyWork[]): Promise<void> {
  const news = new NewsOfBatch()
  try {
    await applyAll(env, copies, news)
  } finally {
    // Before anything is acknowledged: a batch that dies here comes again, and brings its news again.
    await news.send(env)
  }
}

async function applyAll(env: Env, copies: readonly CopyWork[], news: NewsOfBatch): Promise<void> {
  let waiting = undecided(copies)
  for (let hop = 0; waiting.length > 0; hop++) {
    const groups = [...Map.groupBy(waiting, profileOf).values()]
    await inPool(groups, AT_ONCE, (group) => applyGroup(env, group, news))
    waiting = undecided(waiting)
    if (waiting.length === 0) return
    if (hop === MOST_HOPS) {
      for (const copy of waiting) copy.waiting = { for: 'profile_moving', reason: 'the profile keeps moving' }
      return
    }
    forgetAnswers(waiting)
    await resolveCopies(env, waiting)
    waiting = undecided(waiting)
  }
}

const MOST_HOPS = 5
/** Profiles touched at once: enough to hide latency, few enough for local workerd's open files. */
const AT_ONCE = 24

function profileOf(copy: CopyWork): string {
  return `${copy.unit.config?.id}/${copy.placed?.profile}`
}

/** Leaves a copy open when the profile answered `elsewhere`. */
async function applyGroup(env: Env, group: readonly CopyWork[], news: NewsOfBatch): Promise<void> {
  // A message that failed before takes the others of its profile no further down with it.
  const alone = group.some((copy) => copy.unit.message.attempts >= ALONE_AFTER_ATTEMPTS)
  if (!alone || group.length === 1) return applyTogether(env, group, news)
  for (const copy of group) await applyTogether(env, [copy], news)
}

async function applyTogether(env: Env, group: readonly CopyWork[], news: NewsOfBatch): Promise<void> {
  const [first] = group as readonly [CopyWork]
  const { id, version } = first.unit.config as WorkspaceConfig
  const { profile } = first.placed as Placed
  const request: ApplyRequest = {
    // Answers of different ages may be in one batch; the oldest epoch decides, and all are asked again.
    epoch: Math.min(...group.map((copy) => (copy.placed as Placed).epoch)),
    configVersion: version,
    arriving: arrivingOf(group),
    items: group.map((copy) => ({
      // A copy that was applied, and then given up by its queue, is still the copy that was applied.
      copyId: copy.item.copyOf ?? copy.copyId,
      origin: copy.unit.ingest.origin,
      leaf: (copy.placed as Placed).leaf,
      eventText: JSON.stringify(copy.event),
      identifiers: (copy.placed as Placed).held,
    })),
  }
  try {
    const answer = await profileStub(env, id, profile).apply(request)
    take(group, answer)
    if (answer.kind === 'ok' && answer.news !== undefined) news.add(id, version, profile, answer.news)
  } catch (fault) {
    for (const copy of group) {
      const bury = !isTransient(fault) && group.length === 1 && copy.unit.message.attempts >= ALONE_AFTER_ATTEMPTS
      if (bury) copy.outcome = { kind: 'dead_letter', stage: 'apply', reason: reasonOf(fault) }
      else copy.waiting = waitOf(fault)
    }
  }
}

function arrivingOf(group: readonly CopyWork[]): readonly Arrival[] {
  const all = group.flatMap((copy) => (copy.placed as Placed).arriving)
  return [...new Map(all.map((arrival) => [arrival.seq, arrival])).values()]
}

function take(group: readonly CopyWork[], answer: ApplyAnswer): void {
  switch (answer.kind) {
    case 'ok':
      group.forEach((copy, i) => {
        const outcome = answer.outcomes[i]
        if (outcome) copy.outcome = outcome
        if (answer.consents) copy.consents = answer.consents
      })
      for (const { item, change } of answer.told) {
        const copy = group[item]
        if (copy) copy.told = change
      }
      return
    case 'busy':
      for (const copy of group) copy.waiting = { for: 'profile_busy', reason: 'the profile has too much to tell' }
      return
    case 'elsewhere':
      return
  }
}
