import { writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { ImportDocument } from '../../shared/contract/read-import.ts'
import { LIMITS } from '../../shared/kernel/limits.ts'
import { startProgress } from '../demo/progress.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { bodyOf, contentTypeOf, type LocalFile, localFile } from './import-upload.ts'
import { callApi, readJson, type Server, theServer } from './server.ts'

/** `npx tributary import FILE`: uploads, follows the job, and ends with what was accepted and rejected. */
export const importCommand: Command = {
  name: 'import',
  usage: 'FILE [--mapping NAME]',
  summary: 'imports a file of events: CSV, NDJSON or JSON, also packed with gzip',
  help: `Imports a file of events and shows how far it is. Without a mapping the columns of CSV are names of fields, and dots
nest: type,userId,event,timestamp,messageId,properties.total,traits.plan. The same file again changes nothing.

  --mapping NAME     read the columns by a saved mapping (POST /api/v1/mappings)
  --connector NAME   read it by a batch connector (docs/connectors.md)
  --source ID        count the events as sent by this source
  --format FORMAT    csv, ndjson, json or text; by default by the name of the file, else by how it begins
  --charset NAME     of a file that is not UTF-8 or UTF-16, for example windows-1252
  --errors FILE      where rejected rows are listed; by default FILE.errors.csv in this folder
  --again            import it once more, though it was imported before
  --no-wait          end once the file is uploaded
  --strict           end with exit code ${EXIT.rejected} when any row was rejected

Exit code 0: imported, 1: it went wrong, 2: it was called wrongly.`,
  async run(args, surroundings) {
    const options = parse(args)
    const file = localFile(options.file)
    const type = contentTypeOf(file, options.format, options.charset)
    if (!file.isPacked && file.bytes > LIMITS.importBytes) {
      throw new CliError(`${options.file} has more than ${LIMITS.importBytes} bytes: import it in parts.`)
    }
    const server = theServer(surroundings.env)
    const jobId = await upload(server, file, type, options, surroundings)
    if (!options.wait) {
      surroundings.out.write(`${jobId}\n`)
      return EXIT.done
    }
    const leave = leaveOnSignal(jobId)
    const end = await follow(server, jobId, surroundings).finally(leave)
    await listErrors(server, end, resolve(options.errors ?? `${basename(options.file)}.errors.csv`), surroundings)
    const skipped = end.skipped > 0 ? `, skipped ${end.skipped}` : ''
    surroundings.out.write(`accepted ${end.accepted}, rejected ${end.rejected}${skipped}\n`)
    if (end.state !== 'done') throw new CliError(`The import was ${end.state}${end.reason ? `: ${end.reason}` : ''}.`)
    return options.strict && end.rejected > 0 ? EXIT.rejected : EXIT.done
  },
}

interface Options {
  readonly file: string
  readonly mapping?: string | undefined
  readonly connector?: string | undefined
  readonly source?: string | undefined
  readonly format?: string | undefined
  readonly charset?: string | undefined
  readonly errors?: string | undefined
  readonly again: boolean
  readonly wait: boolean
  readonly strict: boolean
}

/** @throws CliError naming the argument at fault */
function parse(args: string[]): Options {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values, positionals } = parsed(() =>
    parseArgs({
      args,
      allowPositionals: true,
      allowNegative: true,
      options: {
        mapping: text,
        connector: text,
        source: text,
        format: text,
        charset: text,
        errors: text,
        again: flag,
        wait: { type: 'boolean', default: true },
        strict: flag,
      },
    }),
  )
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new CliError('import takes one FILE; see --help.', EXIT.usage)
  return { ...values, file }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : error}; see --help.`, EXIT.usage)
  }
}

async function upload(
  server: Server,
  file: LocalFile,
  type: string,
  { mapping, connector, source, again }: Options,
  { out }: Surroundings,
): Promise<string> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ mapping, connector, source })) if (value) query.set(name, value)
  if (again) query.set('again', '1')
  const progress = startProgress('uploading', kilobytes(file.bytes), out)
  const init = {
    method: 'POST',
    headers: { 'content-type': type },
    body: bodyOf(file, (bytes) => progress.update(kilobytes(bytes), 'KB')),
    duplex: 'half',
    signal: AbortSignal.timeout(3_600_000),
  }
  // `duplex` is required for a streamed body and missing in the DOM's type.
  const answer = await callApi(server, `/v1/bulk/import?${query}`, init as RequestInit)
  const { jobId, isNew } = (await answer.json()) as { jobId: string; isNew: boolean }
  progress.end('KB')
  if (!isNew) out.write(`this file was imported before: ${jobId} (--again imports it once more)\n`)
  return jobId
}

function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1_024)
}

const POLL_MS = 300

async function follow(server: Server, jobId: string, { out }: Surroundings): Promise<ImportDocument> {
  const read = () => readJson<ImportDocument>(server, `/api/v1/imports/${jobId}`)
  let now = await read()
  const progress = startProgress('importing', kilobytes(now.bytes.total), out)
  for (;;) {
    const isOpen = now.state === 'queued' || now.state === 'running'
    const note = `KB, ${now.rows} rows${now.rejected > 0 ? `, ${now.rejected} rejected` : ''}`
    progress.update(kilobytes(now.bytes.read), note)
    if (!isOpen) {
      progress.end(note)
      return now
    }
    await sleep(POLL_MS)
    now = await read()
  }
}

async function listErrors(server: Server, end: ImportDocument, path: string, { out }: Surroundings): Promise<void> {
  if (end.errorsUrl === null) return
  const answer = await callApi(server, `/api/v1/imports/${end.jobId}/errors`)
  const text = await answer.text()
  try {
    writeFileSync(path, text)
    out.write(`rejected rows are listed in ${path}\n`)
  } catch {
    out.write(`rejected rows are listed at ${end.errorsUrl}\n`)
  }
}

/** Ctrl-C ends the watching, not the import. Answers how to stop listening. */
function leaveOnSignal(jobId: string): () => void {
  const leave = () => {
    console.error(`\nThe import goes on: GET /api/v1/imports/${jobId}`)
    process.exit(EXIT.interrupted)
  }
  process.once('SIGINT', leave)
  return () => process.removeListener('SIGINT', leave)
}
