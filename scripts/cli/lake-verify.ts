import { startProgress } from '../demo/progress.ts'
import { lakeOf } from '../lake/lake-source.ts'
import { type Verdict, verifyLake } from '../lake/verify-lake.ts'
import { FLAG, instantOf, readArguments, TEXT } from './arguments.ts'
import { CliError, EXIT, type Surroundings } from './command.ts'
import { theServer } from './server.ts'

const PEOPLE = 20

export async function verifyCommand(args: string[], { env, out }: Surroundings): Promise<number> {
  const { values, positionals } = readArguments(args, { from: TEXT, to: TEXT, people: TEXT, json: FLAG })
  if (positionals.length > 0) throw new CliError('lake verify takes only options; see --help.', EXIT.usage)
  const server = theServer(env)
  const verdict = await verifyLake(lakeOf(server), server, {
    from: dayOf('--from', values.from),
    to: dayOf('--to', values.to),
    people: peopleOf(values.people),
    onFile: showing(),
  })
  if (values.json) out.write(`${JSON.stringify(verdict)}\n`)
  else for (const line of linesOf(verdict)) out.write(`${line}\n`)
  return verdict.differences.length > 0 ? EXIT.trouble : EXIT.done
}

function linesOf({ days, people, events, differences, notes }: Verdict): readonly string[] {
  const columns = ['accepted', 'applied', 'silver', 'tail'] as const
  const widths = columns.map((name) => Math.max(name.length, ...days.map((day) => String(day[name]).length)))
  const line = (first: string, cells: readonly string[]) =>
    [first.padEnd(10), ...cells.map((cell, i) => cell.padStart(widths[i] ?? 0))].join('  ')
  return [
    line('day', columns),
    ...days.map((day) =>
      line(
        day.day,
        columns.map((name) => String(day[name])),
      ),
    ),
    `timelines of ${people} ${people === 1 ? 'person' : 'people'} read`,
    ...notes,
    ...differences,
    `verified ${events} events, ${differences.length} differences`,
  ]
}

function dayOf(option: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : instantOf(option, text, Date.now()).slice(0, 10)
}

function peopleOf(text: string | undefined): number {
  if (text === undefined) return PEOPLE
  if (text === 'all') return Number.MAX_SAFE_INTEGER
  const people = Number(text)
  if (!Number.isInteger(people) || people < 0) throw new CliError('--people is a number, or all.', EXIT.usage)
  return people
}

/** A bar for each of the two long parts, on a terminal. */
function showing(): (what: 'bronze' | 'files', done: number, total: number) => void {
  const bars = new Map<string, ReturnType<typeof startProgress>>()
  return (what, done, total) => {
    if (!process.stderr.isTTY) return
    const bar = bars.get(what) ?? startProgress(what, total, process.stderr)
    bars.set(what, bar)
    bar.update(done)
    if (done === total) bar.end()
  }
}
