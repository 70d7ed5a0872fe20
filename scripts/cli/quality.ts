import type { HoldDocument } from '../../shared/contract/list-quality-holds.ts'
import { FLAG, readArguments } from './arguments.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { pagesOf, postJson, type Server, theServer } from './server.ts'

export const qualityCommand: Command = {
  name: 'quality',
  usage: '[holds | release ID]',
  summary: 'what is held back because it breaks a hard expectation, and lets it go',
  help: `  holds              what is held, since when and why: 1 when something is; --all: also what was
  release ID         lets it go as it is
  --json             as it came`,
  async run(args, { env, out }) {
    const { values, positionals } = readArguments(args, { all: FLAG, json: FLAG })
    const [what = 'holds', id, ...more] = positionals
    const server = theServer(env)
    if (what === 'holds' && id === undefined) return holds(server, values, out)
    if (what !== 'release' || id === undefined || more.length > 0)
      throw new CliError('quality takes holds, or release and an ID; see --help.', EXIT.usage)
    const hold = await postJson<HoldDocument>(server, `/api/v1/quality/holds/${encodeURIComponent(id)}/release`, {})
    out.write(values.json ? `${JSON.stringify(hold)}\n` : `${holdLine(hold)}\n`)
    return EXIT.done
  },
}

async function holds(
  server: Server,
  { all, json }: { readonly all: boolean; readonly json: boolean },
  out: Surroundings['out'],
): Promise<number> {
  const found: HoldDocument[] = []
  for await (const page of pagesOf<{ holds: HoldDocument[] }>(server, '/api/v1/quality/holds?limit=100'))
    found.push(...page.holds.filter(({ state }) => all || isWaiting(state)))
  if (json) out.write(`${JSON.stringify(found)}\n`)
  else for (const hold of found) out.write(`${holdLine(hold)}\n`)
  if (!json && found.length === 0) out.write('nothing is held\n')
  return found.some(({ state }) => isWaiting(state)) ? EXIT.trouble : EXIT.done
}

function isWaiting(state: HoldDocument['state']): boolean {
  return state === 'held' || state === 'releasing'
}

function holdLine({ id, state, table, hour, rows, createdAt, reasons }: HoldDocument): string {
  const what = `${table}${hour === null ? '' : `, ${hour.slice(0, 13).replace('T', ' ')}h`}`
  const why = reasons.map(({ expectation, measured, expected }) => `${expected}, and is ${measured} (${expectation})`)
  return [`${id}  ${state.padEnd(9)}  ${what}: ${rows} rows, since ${createdAt}`, ...why].join('\n  ')
}
