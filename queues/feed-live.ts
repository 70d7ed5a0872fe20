import { log } from '../platform/log.ts'
import { within } from '../platform/patience.ts'
import { liveStub } from '../platform/stubs.ts'
import { identifierName } from '../shared/identity/identifier.ts'
import { feedOf, type LiveCandidate, type Watcher } from '../shared/pipeline/live.ts'
import type { TraceLine } from '../shared/pipeline/trace.ts'
import type { CopyWork } from './copy.ts'

/** A batch waits for those who watch no longer than this. */
const PATIENCE_MS = 1_000

export interface TracedCopy {
  readonly copy: CopyWork
  readonly line: TraceLine
}

/** Shows decided copies to whoever watches the workspace. Never rejects: nobody's watching may hold an event. */
export async function feedLive(
  env: Env,
  workspace: string,
  watchers: readonly Watcher[],
  traced: readonly TracedCopy[],
): Promise<void> {
  try {
    const feed = feedOf(watchers, traced.map(candidateOf))
    if (feed.shares.length > 0) await within(PATIENCE_MS, liveStub(env, workspace).feed(feed))
  } catch (fault) {
    log.warn('live: events were not shown', { workspace_id: workspace, events: traced.length, fault })
  }
}

function candidateOf({ copy, line }: TracedCopy): LiveCandidate {
  let payload: string | undefined
  return {
    line,
    identifiers: (copy.identifiers ?? []).map(identifierName),
    // What an erased person sent is shown to nobody, as it is kept nowhere.
    payload: () => (isSuppressed(line) ? undefined : (payload ??= JSON.stringify(copy.item.body))),
  }
}

function isSuppressed({ outcome }: TraceLine): boolean {
  return outcome.kind === 'dropped' && outcome.reason === 'suppressed'
}
