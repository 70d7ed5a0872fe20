import { z } from 'zod'
import { jsonOf } from '../shared/kernel/json.ts'
import { LiveFilter, MOST_FILTER_CHARS } from '../shared/pipeline/live.ts'
import { fieldErrors } from '../shared/segment/field-errors.ts'
import { type Connection, filtered } from './live-connection.ts'

/** What a watcher may say. A filter replaces the one before as a whole. */
const LiveMessage = z.discriminatedUnion('type', [
  LiveFilter.extend({ type: z.literal('filter') }),
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('resume') }),
  z.strictObject({ type: z.literal('ping') }),
])

export interface Heard {
  /** The very same when nothing changed. */
  readonly connection: Connection
  readonly answer: { readonly type: string; readonly [key: string]: unknown }
}

export async function heard(
  env: Env,
  workspace: string,
  connection: Connection,
  message: string | ArrayBuffer,
): Promise<Heard> {
  const refuse = (errors: unknown) => ({ connection, answer: { type: 'error', errors } })
  if (typeof message !== 'string') return refuse([{ path: '', message: 'must be text' }])
  if (message.length > MOST_FILTER_CHARS)
    return refuse([{ path: '', message: `must be at most ${MOST_FILTER_CHARS} characters` }])
  const json = jsonOf(message)
  if (json === undefined) return refuse([{ path: '', message: 'is no JSON' }])
  const parsed = LiveMessage.safeParse(json, { reportInput: true })
  if (!parsed.success) return refuse(fieldErrors(parsed.error.issues))
  const said = parsed.data
  switch (said.type) {
    case 'filter': {
      const { type: _, ...filter } = said
      const changed = { ...connection, ...(await filtered(env, workspace, filter, connection.seesPeople)) }
      return { connection: changed, answer: { type: 'filter', filter: changed.filter } }
    }
    case 'pause':
      return { connection: { ...connection, isPaused: true }, answer: { type: 'paused' } }
    case 'resume':
      return { connection: { ...connection, isPaused: false }, answer: { type: 'resumed' } }
    case 'ping':
      return { connection, answer: { type: 'pong' } }
  }
}
