import { FLAG, instantOf, readArguments, TEXT } from './arguments.ts'
import { CliError, type Command, EXIT } from './command.ts'
import { readJson, theServer } from './server.ts'

interface Lineage {
  readonly canonicalId: string | null
  readonly more: boolean
  readonly lines: readonly {
    readonly object: string
    readonly line: number
    readonly messageId: string | null
    readonly source: string | null
    readonly outcome: string
    readonly receivedAt: string
    readonly silver: { readonly partition: string } | null
  }[]
  readonly touched: {
    readonly gold: readonly string[]
    readonly segments: readonly { readonly segment: string }[]
    readonly destinations: readonly { readonly destination: string; readonly outcome: string }[]
  } | null
}

export const lineageCommand: Command = {
  name: 'lineage',
  usage: 'KEY [--table TABLE] [--column traits.NAME] | --message ID',
  summary: 'from a row of gold back to the lines of bronze, and from a message to what came of it',
  help: `  KEY                a canonical ID (prf_…) or type:value (email:a@b.co)
  --table TABLE      of gold: profiles (which it is unless said), sessions, segment_members, …
  --column COLUMN    the one line that says it: traits.plan, identifiers.email
  --message ID       forward: tables, segments and destinations that a message touched
  --from, --to TIME  only what arrived between; the newest days unless said
  --json             as JSON`,
  async run(args, { env, out }) {
    const options = { table: TEXT, column: TEXT, message: TEXT, from: TEXT, to: TEXT, json: FLAG }
    const { values, positionals } = readArguments(args, options)
    const { table, column, message, from, to, json } = values
    const [key, ...more] = positionals
    if ((key === undefined) === (message === undefined) || more.length > 0)
      throw new CliError('lineage takes one KEY, or --message ID; see --help.', EXIT.usage)
    const now = Date.now()
    const query = new URLSearchParams({
      ...(message === undefined ? { key: key ?? '', table: table ?? 'profiles' } : { messageId: message }),
      ...(column === undefined ? {} : { column }),
      ...(from === undefined ? {} : { from: instantOf('--from', from, now) }),
      ...(to === undefined ? {} : { to: instantOf('--to', to, now) }),
    })
    const lineage = await readJson<Lineage>(theServer(env), `/api/v1/lineage?${query}`)
    if (json) out.write(`${JSON.stringify(lineage)}\n`)
    else out.write(`${textOf(lineage).join('\n')}\n`)
    return EXIT.done
  },
}

function textOf({ canonicalId, lines, more, touched }: Lineage): readonly string[] {
  const { gold = [], segments = [], destinations = [] } = touched ?? {}
  return [
    `person  ${canonicalId ?? 'nobody'}`,
    ...lines.flatMap(({ object, line, messageId, source, outcome, receivedAt, silver }) => [
      `${receivedAt}  ${outcome.padEnd(10)}  ${source} ${messageId}`,
      `  bronze  ${object} line ${line}`,
      ...(silver ? [`  silver  ${silver.partition}`] : []),
    ]),
    ...(more ? ['and older ones: --to'] : []),
    ...(gold.length > 0 ? [`gold          ${gold.join(', ')}`] : []),
    ...(segments.length > 0 ? [`segments      ${segments.map(({ segment }) => segment).join(', ')}`] : []),
    ...destinations.map(({ destination, outcome }) => `destination   ${destination}: ${outcome}`),
  ]
}
