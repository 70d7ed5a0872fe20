import { waitUntil } from 'cloudflare:workers'
import { log } from '../../platform/log.ts'
import { meterOf, meterStub } from '../../platform/stubs.ts'
import { type Counts, count, emptyReading } from '../../shared/pipeline/meter.ts'

/**
 * A refused call leaves a count and nothing else, and the counts of a second are one row: whoever sends rubbish must not
 * make us write for each piece of it.
 */
const GATHER_MS = 1_000

let gathered: Map<string, Counts> | undefined

export function countRefusal(env: Env, workspace: string, provider: string, refusal: string): void {
  if (gathered === undefined) {
    gathered = new Map()
    waitUntil(flushLater(env))
  }
  const counts = gathered.get(workspace) ?? {}
  count(counts, `hook_refused:${provider}:${refusal}`)
  gathered.set(workspace, counts)
}

async function flushLater(env: Env): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
  const all = gathered ?? new Map<string, Counts>()
  gathered = undefined
  const message = `hook-refused:${crypto.randomUUID()}`
  try {
    await Promise.all(
      [...all].map(([workspace, counts]) => {
        const entry = { message, copies: 0, reading: { ...emptyReading(), counts } }
        return meterStub(env, workspace, meterOf(message)).record(Date.now(), [entry])
      }),
    )
  } catch (fault) {
    log.error('hooks: refused calls could not be counted', { fault })
  }
}
