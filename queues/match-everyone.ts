import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { defineJob } from '../platform/jobs.ts'
import { identityStub } from '../platform/stubs.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { matchProfiles } from './match-profiles.ts'

/**
 * Looks at everybody once: matching was turned on, or other fields are compared now. Those who come meanwhile come by
 * themselves, and being looked at twice changes nothing.
 */
const PAGE = 25

export const matchEveryone = defineJob({
  kind: 'match-everyone',
  /** The version of the settings that asked for it; a newer one has a job of its own. */
  input: z.object({ version: z.int() }),
  cursor: z.object({ after: z.string() }),
  async step(env, { workspace, input, cursor, done }, now) {
    const after = cursor?.after ?? ''
    const config = await new ConfigStore(env.DB).workspace(workspace, input.version)
    if (config === 'unreadable') throw new Error('the settings cannot be read')
    if (config === 'unknown') return { cursor: { after }, done, failed: 'there is no such workspace' }
    if (config.settings.identity.matching.mode === 'off') return { cursor: { after }, done, finished: true }
    const { ids, next } = await identityStub(env, workspace).profilesAfter(after as CanonicalId, PAGE)
    await matchProfiles(env, config, ids, now)
    const last = ids.at(-1) ?? after
    return { cursor: { after: next ?? last }, done: done + ids.length, finished: next === null }
  },
})
