import type { SyncDocument } from '../../shared/contract/sync-document.ts'
import { FLAG, JOB_HELP, JOB_OPTIONS, readArguments } from './arguments.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { runJob } from './follow-job.ts'
import { pagesOf, readJson, type Server, theServer } from './server.ts'
import { comparisonLines, syncLine } from './sync-lines.ts'

export const syncCommand: Command = {
  name: 'sync',
  usage: '[list | run NAME | verify NAME]',
  summary: 'brings the lake to a warehouse now, and compares the two',
  help: `  list               the syncs, how far they are behind, and what went wrong last
  run NAME           runs one now, by its name or ID; --full brings everything over once more
  verify NAME        counts its rows per table and day and compares them with the lake: 1 when they differ
${JOB_HELP}`,
  async run(args, surroundings) {
    const { values, positionals } = readArguments(args, { full: FLAG, ...JOB_OPTIONS })
    const [what = 'list', name, ...more] = positionals
    const act = ACTS[what]
    if (!act) throw new CliError(`sync knows ${Object.keys(ACTS).join(', ')}, and not ${what}.`, EXIT.usage)
    if (more.length > 0) throw new CliError(`sync ${what} takes one name.`, EXIT.usage)
    return act({ server: theServer(surroundings.env), name, options: values, surroundings })
  },
}

interface Act {
  readonly server: Server
  readonly name: string | undefined
  readonly options: { readonly full: boolean; readonly json: boolean; readonly wait: boolean }
  readonly surroundings: Surroundings
}

const ACTS: Readonly<Record<string, (act: Act) => Promise<number>>> = { list, run, verify }

async function list({ server, name, options, surroundings: { out } }: Act): Promise<number> {
  if (name !== undefined) throw new CliError('sync list takes only options; see --help.', EXIT.usage)
  const syncs = await allSyncs(server)
  if (options.json) out.write(`${JSON.stringify(syncs)}\n`)
  else for (const sync of syncs) out.write(`${syncLine(sync)}\n`)
  if (!options.json && syncs.length === 0) out.write('no syncs\n')
  return EXIT.done
}

async function run({ server, name, options, surroundings }: Act): Promise<number> {
  const sync = await theSync(server, name)
  const { full, json, wait } = options
  return runJob(server, `/api/v1/syncs/${sync.id}/run`, { full }, { label: 'syncing', json, wait }, surroundings)
}

async function verify({ server, name, options, surroundings }: Act): Promise<number> {
  const sync = await theSync(server, name)
  const path = `/api/v1/syncs/${sync.id}`
  const { json, wait } = options
  await runJob(server, `${path}/verify`, {}, { label: 'comparing', json, wait }, surroundings)
  if (!wait) return EXIT.done
  const { verified } = (await readJson<SyncDocument>(server, path)).status
  if (!verified) throw new CliError('the comparison left no result.')
  if (!json) for (const line of comparisonLines(verified)) surroundings.out.write(`${line}\n`)
  return verified.ok ? EXIT.done : EXIT.trouble
}

async function allSyncs(server: Server): Promise<SyncDocument[]> {
  const syncs: SyncDocument[] = []
  for await (const page of pagesOf<{ syncs: SyncDocument[] }>(server, '/api/v1/syncs?limit=100'))
    syncs.push(...page.syncs)
  return syncs
}

/** By its ID or its name; without one, the only one there is. @throws CliError when it is not clear which is meant */
async function theSync(server: Server, name: string | undefined): Promise<SyncDocument> {
  const syncs = await allSyncs(server)
  const meant = syncs.filter((sync) => name === undefined || sync.id === name || sync.name === name)
  const [first] = meant
  if (first && meant.length === 1) return first
  const known = syncs.map((sync) => `${sync.name} (${sync.id})`).join(', ')
  if (name === undefined) throw new CliError(`Which one? There are: ${known || 'none'}.`, EXIT.usage)
  if (first) throw new CliError(`Several syncs are called ${name}: name the ID.`, EXIT.usage)
  throw new CliError(`There is no sync called ${name}. There are: ${known || 'none'}.`)
}
