import { FLAG, instantOf, JOB_HELP, JOB_OPTIONS, readArguments, TEXT } from './arguments.ts'
import { isPersonThere, isSure } from './ask.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { editLetter } from './dead-letter-edit.ts'
import { type Letter, letterLine, letterPage, type SingleLetter } from './dead-letter-lines.ts'
import { runJob } from './follow-job.ts'
import { pagesOf, postJson, readJson, type Server, theServer } from './server.ts'

export const deadLettersCommand: Command = {
  name: 'dead-letters',
  usage: '[list | show ID | edit ID | replay [ID…] | discard [ID…]]',
  summary: 'lists, shows, mends, replays and discards what could not be processed',
  help: `  list               newest first; --limit N (default 50)
  show ID            one with its body, and where its trace is
  edit ID            mends its event in $EDITOR; --file FILE (or -) takes it from there; --replay sends it at once
  replay             those named, or all that match: through the pipeline, or to the destination that did not take them
  discard            takes those named, or all that match, off the list for good; --yes asks nothing

Which are meant, for list, replay and discard; --all means every one:
  --stage STAGE      where it was given up: apply, plan, plugins, destination, …
  --reason REASON    exactly this reason
  --event NAME       of this name, exact or "prefix*"
  --source ID        of this source
  --text TEXT        somewhere in the body or the reason
  --from, --to TIME  arrived since, and until: 2026-03-15T12:00:00Z, 2026-03-15, or how long ago: 2h, 3d
${JOB_HELP}`,
  async run(args, surroundings) {
    const { values, positionals } = readArguments(args, OPTIONS)
    const [what = 'list', ...ids] = positionals
    const act = ACTS[what]
    if (!act) throw new CliError(`dead-letters knows ${Object.keys(ACTS).join(', ')}, and not ${what}.`, EXIT.usage)
    return act({ server: theServer(surroundings.env), ids, options: values, surroundings })
  },
}

const SELECTION = { stage: TEXT, reason: TEXT, event: TEXT, source: TEXT, text: TEXT, from: TEXT, to: TEXT } as const
const OPTIONS = {
  ...SELECTION,
  ...JOB_OPTIONS,
  all: FLAG,
  limit: TEXT,
  file: TEXT,
  replay: FLAG,
  yes: FLAG,
} as const
type Options = ReturnType<typeof readArguments<typeof OPTIONS>>['values']

interface Act {
  readonly server: Server
  readonly ids: readonly string[]
  readonly options: Options
  readonly surroundings: Surroundings
}

const ACTS: Readonly<Record<string, (act: Act) => Promise<number>>> = { list, show, edit, replay, discard }

async function list({ server, ids, options, surroundings: { out } }: Act): Promise<number> {
  if (ids.length > 0) throw new CliError('dead-letters list takes only options; see --help.', EXIT.usage)
  const most = Number(options.limit ?? 50)
  if (!Number.isInteger(most) || most < 1) throw new CliError('--limit is a number from 1.', EXIT.usage)
  const query = new URLSearchParams({ ...selectionOf(options), limit: String(Math.min(most, 200)) })
  const letters: Letter[] = []
  let hasMore = false
  for await (const page of pagesOf<{ deadLetters: Letter[] }>(server, `/api/v1/dead-letters?${query}`)) {
    letters.push(...page.deadLetters)
    hasMore = letters.length > most || page.cursor !== null
    if (letters.length >= most) break
  }
  const shown = letters.slice(0, most)
  if (options.json) out.write(`${JSON.stringify(shown)}\n`)
  else for (const letter of shown) out.write(`${letterLine(letter)}\n`)
  if (!options.json && shown.length === 0) out.write('no dead letters\n')
  if (!options.json && hasMore) out.write(`there are more: --limit ${most * 4}, or narrow them\n`)
  return EXIT.done
}

async function show({ server, ids, options, surroundings: { out } }: Act): Promise<number> {
  const letter = await readJson<SingleLetter>(server, pathOf(oneOf(ids, 'show')))
  out.write(options.json ? `${JSON.stringify(letter)}\n` : letterPage(letter))
  return EXIT.done
}

async function edit(act: Act): Promise<number> {
  const { server, ids, options, surroundings } = act
  const id = oneOf(ids, 'edit')
  const letter = await readJson<SingleLetter>(server, pathOf(id))
  if (letter.event === null) throw new CliError(`${id} holds no event that could be mended.`)
  const mended = await editLetter(server, pathOf(id), letter.event, options.file)
  if (!options.json) surroundings.out.write(mended ? `mended ${id}\n` : `nothing was changed in ${id}\n`)
  return options.replay ? replay(act) : EXIT.done
}

function replay({ server, ids, options, surroundings }: Act): Promise<number> {
  const { json, wait } = options
  const body = wantedOf(ids, options, 'replay')
  return runJob(server, '/api/v1/dead-letters:replay', body, { label: 'replaying', json, wait }, surroundings)
}

async function discard({ server, ids, options, surroundings: { out } }: Act): Promise<number> {
  const body = wantedOf(ids, options, 'discard')
  if (!options.yes && isPersonThere() && !(await isSure(`Discard ${wordsOf(body)} for good?`))) return EXIT.interrupted
  const { discarded } = await postJson<{ discarded: number }>(server, '/api/v1/dead-letters:discard', body)
  out.write(options.json ? `${JSON.stringify({ discarded })}\n` : `discarded ${discarded}\n`)
  return EXIT.done
}

/** What a replay or a discard is about; nothing at all is most often a mistake. */
function wantedOf(ids: readonly string[], options: Options, what: string) {
  const selection = { ...selectionOf(options), ...(ids.length > 0 ? { ids } : {}) }
  if (Object.keys(selection).length > 0) return selection
  if (options.all) return { from: '1970-01-01T00:00:00Z' }
  throw new CliError(`dead-letters ${what} takes IDs, or --stage, --event, … , or --all; see --help.`, EXIT.usage)
}

function selectionOf({ stage, reason, event, source, text, from, to }: Options): Record<string, string> {
  const now = Date.now()
  const range = { from: from && instantOf('--from', from, now), to: to && instantOf('--to', to, now) }
  const given = Object.entries({ stage, reason, event, source, text, ...range })
  return Object.fromEntries(given.filter((one): one is [string, string] => Boolean(one[1])))
}

function wordsOf(selection: object): string {
  const parts = Object.entries(selection).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : value}`,
  )
  return `the letters with ${parts.join(', ')}`
}

function oneOf(ids: readonly string[], what: string): string {
  const [id, ...more] = ids
  if (id === undefined || more.length > 0) throw new CliError(`dead-letters ${what} takes one ID.`, EXIT.usage)
  return id
}

function pathOf(id: string): string {
  return `/api/v1/dead-letters/${encodeURIComponent(id)}`
}
