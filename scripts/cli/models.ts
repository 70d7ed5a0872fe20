import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceRow } from '../../platform/model-source.ts'
import type { ModelDocument, ModelRunDocument } from '../../shared/contract/model-document.ts'
import { cacheFolder, fileCache } from '../lake/file-cache.ts'
import { lakeOf } from '../lake/lake-source.ts'
import { modelRows } from '../lake/model-rows.ts'
import { FLAG, JOB_HELP, JOB_OPTIONS, readArguments } from './arguments.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { runJob } from './follow-job.ts'
import { pagesOf, postJson, readJson, type Server, theServer } from './server.ts'

export const modelsCommand: Command = {
  name: 'models',
  usage: '[list | run NAME | runs NAME]',
  summary: 'runs models: queries whose rows become events (reverse ETL)',
  help: `  list               the models
  run NAME           runs one and follows it; the query of a model of the lake is carried out here, by DuckDB
  runs NAME          what came of its runs, newest first
  --dry-run          read and compare, and tell nobody
${JOB_HELP}`,
  async run(args, surroundings) {
    const { values, positionals } = readArguments(args, { 'dry-run': FLAG, ...JOB_OPTIONS })
    const [what = 'list', name, ...more] = positionals
    const server = theServer(surroundings.env)
    if (what === 'list' && name === undefined) return list(server, values.json, surroundings)
    if (name === undefined || more.length > 0)
      throw new CliError('models takes list, or run or runs and a NAME; see --help.', EXIT.usage)
    const model = await modelNamed(server, name)
    if (what === 'runs') return runs(server, model, values.json, surroundings)
    if (what !== 'run') throw new CliError(`models knows list, run and runs, and not ${what}.`, EXIT.usage)
    const query = new URLSearchParams(values['dry-run'] ? { dryRun: '1' } : {})
    if (model.source.type === 'lake') query.set('upload', await upload(server, model, surroundings))
    const { json, wait } = values
    return runJob(
      server,
      `/api/v1/models/${model.id}/run?${query}`,
      {},
      { label: 'comparing', json, wait },
      surroundings,
    )
  },
}

async function modelNamed(server: Server, name: string): Promise<ModelDocument> {
  const all = await models(server)
  const found = all.find((one) => one.id === name) ?? all.find((one) => one.name === name)
  if (found) return found
  const known = all.map((one) => `  ${one.id}  ${one.name}`).join('\n')
  throw new CliError(`There is no model ${name}.${known === '' ? '' : ` There are:\n${known}`}`)
}

async function models(server: Server): Promise<readonly ModelDocument[]> {
  const all: ModelDocument[] = []
  for await (const page of pagesOf<{ models: ModelDocument[] }>(server, '/api/v1/models?limit=200'))
    all.push(...page.models)
  return all
}

async function list(server: Server, json: boolean, { out }: Surroundings): Promise<number> {
  const all = await models(server)
  if (json) out.write(`${JSON.stringify(all)}\n`)
  else
    for (const { id, name, source, mode, enabled } of all)
      out.write(`${id}  ${source.type.padEnd(10)}  ${mode.padEnd(11)}  ${name}${enabled ? '' : ' (disabled)'}\n`)
  return EXIT.done
}

async function runs(server: Server, { id }: ModelDocument, json: boolean, { out }: Surroundings): Promise<number> {
  const { runs: all } = await readJson<{ runs: ModelRunDocument[] }>(server, `/api/v1/models/${id}/runs`)
  if (json) out.write(`${JSON.stringify(all)}\n`)
  else for (const one of all) out.write(`${runLines(one).join('\n  ')}\n`)
  return EXIT.done
}

/** What came of a run, and why rows were not told. */
function runLines(run: ModelRunDocument): readonly string[] {
  const { startedAt, state, dryRun, added, changed, removed, failed, skipped, reason, reasons } = run
  const counts = [`${added} added`, `${changed} changed`, `${removed} removed`, `${failed} failed`]
  if (skipped > 0) counts.push(`${skipped} skipped`)
  if (dryRun) counts.push('dry run')
  const why = Object.entries(reasons).map(([text, rows]) => `${rows}: ${text}`)
  return [`${startedAt}  ${state.padEnd(9)}  ${counts.join(', ')}${reason ? `: ${reason}` : ''}`, ...why]
}

/** A request may have a megabyte, and a page so many rows. */
const MOST_CHARS = 400_000
const MOST_ROWS = 2_000

/** Lays the rows of the query down on the server; answers under which name. */
async function upload(
  server: Server,
  { id, query, primaryKey }: ModelDocument,
  { env }: Surroundings,
): Promise<string> {
  const name = Date.now().toString(36)
  const folder = mkdtempSync(join(tmpdir(), 'tributary-model-'))
  // Ctrl-C, too: what lies there is about people.
  const cleanUp = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', cleanUp)
  const stop = () => process.exit(EXIT.interrupted)
  process.once('SIGINT', stop)
  let [page, chars] = [0, 0]
  let rows: SourceRow[] = []
  const send = async () => {
    await postJson(server, `/api/v1/models/${id}/rows`, { upload: name, page, rows })
    page += 1
    rows = []
    chars = 0
  }
  try {
    const cacheOf = (workspace: string) => fileCache(cacheFolder(env, server.url, workspace))
    for await (const chunk of modelRows(lakeOf(server), { query, primaryKey, folder, cacheOf })) {
      for (const row of chunk) {
        const size = JSON.stringify(row).length
        if (rows.length >= MOST_ROWS || (rows.length > 0 && chars + size > MOST_CHARS)) await send()
        rows.push(row)
        chars += size
      }
    }
    if (rows.length > 0 || page === 0) await send()
    return name
  } finally {
    cleanUp()
    process.off('exit', cleanUp)
    process.off('SIGINT', stop)
  }
}
