import { z } from 'zod'
import { enqueueIngest, waitingMessages } from '../platform/event-queues.ts'
import { MOST_LISTED, readFilePage, writeErrors } from '../platform/import-files.ts'
import { defineJob, type JobStep } from '../platform/jobs.ts'
import { MESSAGE_BYTES, packed } from '../platform/queue-packing.ts'
import { connectorOf } from '../shared/connector/index.ts'
import { IMPORT_FORMATS, READ_START, ReadState } from '../shared/import/import-format.ts'
import { Mapping } from '../shared/import/mapping.ts'
import { readPage } from '../shared/import/read-page.ts'
import { importFailed, importFinished, importProgress, MOST_WAITING, PAUSE_MS } from './import-progress.ts'
import { pageItems } from './import-rows.ts'

/** What an upload says of itself; everything that a step needs, so that later changes of a mapping change nothing. */
export const ImportInput = z.object({
  key: z.string(),
  bytes: z.int(),
  /** Hash of the content. */
  file: z.string(),
  format: z.enum(IMPORT_FORMATS),
  source: z.string(),
  trust: z.enum(['public', 'server']),
  /** When it was uploaded: receivedAt of every copy, so that a page done again sends the same copies. */
  at: z.int(),
  mapping: Mapping.optional(),
  connector: z.string().optional(),
})
export type ImportInput = z.infer<typeof ImportInput>

const ImportCursor = z.object({
  offset: z.int(),
  read: ReadState,
  accepted: z.int(),
  rejected: z.int(),
  skipped: z.int(),
})
type ImportCursor = z.infer<typeof ImportCursor>

const START: ImportCursor = { offset: 0, read: READ_START, accepted: 0, rejected: 0, skipped: 0 }

const TRIES = 3

/**
 * One step is one page of the file: its rows go on the EVENTS queues, what was not taken into the errors file. The
 * cursor is a byte offset at the boundary of a row and what the reader knows there, so that a step begins exactly where
 * the one before ended; repeated, it sends the same copies under the same ids.
 */
export const importFile = defineJob({
  kind: 'import',
  input: ImportInput,
  cursor: ImportCursor,
  async step(env, { id, workspace, input, cursor }): Promise<JobStep<ImportCursor>> {
    const before = cursor ?? START
    if (before.offset >= input.bytes) return importFinished(env, input, before)
    if ((await waitingMessages(env)) > MOST_WAITING) return { ...importProgress(before, input.bytes), waitMs: PAUSE_MS }
    const { text, isLast } = await readFilePage(env, input.key, before.offset, input.bytes)
    const connector = input.connector === undefined ? undefined : connectorOf(input.connector, 'batch')
    if (input.connector !== undefined && !connector) return importFailed(env, input, before, 'its connector is gone')
    const begins = connector?.format === 'text' ? connector.begins : undefined
    const page = readPage(input.format, text, isLast, before.read, begins)
    const items = pageItems(page, { format: input.format, file: input.file, mapping: input.mapping, connector })
    if (!items.ok) return importFailed(env, input, before, items.failure)
    const { texts, errors, accepted, skipped } = items.value
    await send(env, `${id}-${before.offset}`, texts, input)
    await writeErrors(env, workspace, id, before.offset, errors.slice(0, Math.max(0, MOST_LISTED - before.rejected)))
    const after: ImportCursor = {
      offset: before.offset + page.consumed,
      read: page.state,
      accepted: before.accepted + accepted,
      rejected: before.rejected + errors.length,
      skipped: before.skipped + skipped,
    }
    // The end is a step of its own: a last page that is done again must still find the file.
    return page.consumed > 0
      ? importProgress(after, input.bytes)
      : importFailed(env, input, before, 'the file cannot be read further')
  },
})

/** @throws when no queue takes a message: the step is tried again */
async function send(env: Env, requestId: string, texts: readonly string[], input: ImportInput): Promise<void> {
  const { source, trust, at } = input
  const opening = JSON.stringify({ v: 1, requestId, source, trust, origin: 'import', receivedAt: at }).slice(0, -1)
  const messages = packed(texts, MESSAGE_BYTES - opening.length).map((group) => `${opening},"items":[${group.join()}]}`)
  let left: readonly string[] = messages
  // What went through the first time is not sent again: a queue that hiccups costs no page.
  for (let tries = 0; left.length > 0 && tries < TRIES; tries++)
    left = await enqueueIngest(env, left, source, requestId)
  if (left.length > 0) throw new Error(`no event queue takes ${left.length} of ${messages.length} messages`)
}
