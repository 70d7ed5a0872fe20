import { z } from 'zod'
import { ConfigStore } from '../platform/config-store.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { identityStub, profileStub } from '../platform/stubs.ts'
import { DAY } from '../shared/kernel/instant.ts'

/**
 * Removes people who are known by a device alone and of whom nothing was heard for long (`identity.anonymousDays`): they
 * will not come back under that ID, and nobody can ask for them. Not an erasure: the archive keeps its lines, and the same
 * device later is a new person.
 */
const Cursor = z.object({ after: z.string() })
const PAGE = 200

export const forgetIdle = defineJob({
  kind: 'forget-idle',
  input: z.object({ day: z.string() }),
  cursor: Cursor,
  async step(env, { workspace, cursor, done }, now): Promise<JobStep<z.infer<typeof Cursor>>> {
    const config = await new ConfigStore(env.DB).workspace(workspace)
    if (typeof config === 'string') throw new Error('the settings cannot be read')
    const before = now - config.settings.identity.anonymousDays * DAY
    const graph = identityStub(env, workspace)
    const { ids, next } = await graph.anonymousOnly(cursor?.after ?? '', before, PAGE)
    let removed = 0
    for (const id of ids) {
      const lastHeard = await profileStub(env, workspace, id).lastHeard()
      if (lastHeard === null || lastHeard >= before) continue
      const forgotten = { id: 'idle', at: 0, state: 'closed' } as const
      const gone = await graph.erase(id, forgotten, { kind: 'rule', at: now })
      if (Array.isArray(gone)) removed += 1
    }
    const total = done + removed
    if (next !== null) return { cursor: { after: next }, done: total }
    return { cursor: { after: '' }, done: total, total, finished: true }
  },
})
