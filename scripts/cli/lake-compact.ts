import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProgress } from '../demo/progress.ts'
import { compactAll, type OutsideSums } from '../lake/compact-all.ts'
import { compactorName } from '../lake/compactor-name.ts'
import { openEngine } from '../lake/engine.ts'
import { cacheFolder } from '../lake/file-cache.ts'
import { type RoundCalls, roundCalls } from '../lake/round-calls.ts'
import { FLAG, ON, readArguments, TEXT } from './arguments.ts'
import { CliError, EXIT, type Surroundings } from './command.ts'
import { runJob } from './follow-job.ts'
import { type Server, theServer } from './server.ts'

export const COMPACT_HELP = `  lake compact [--json] [--dry-run] [--no-gold] [--no-wait] [--lines N] [--in-worker]
      makes silver of everything that arrived until now, by DuckDB in this process, and has gold built anew. What holds the
      lines of several workspaces is left to the Worker; both may be at it at once. Stopped anywhere, it is gone on with
      when it is called again. It happens by itself every few minutes, in the Worker
      --dry-run    says what waits, and does nothing
      --no-gold    ends when silver is made
      --no-wait    does not wait for gold
      --lines N    at most so many at once, up to 100,000: less memory
      --in-worker  has the Worker do all of it`

export async function compactCommand(args: string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = readArguments(args, {
    json: FLAG,
    'dry-run': FLAG,
    gold: ON,
    wait: ON,
    lines: TEXT,
    'in-worker': FLAG,
  })
  if (positionals.length > 0) throw new CliError('lake compact takes only options; see --help.', EXIT.usage)
  const lines = linesOf(values.lines)
  const { env, out } = surroundings
  const server = theServer(env)
  const calls = roundCalls(server, compactorName(cacheFolder(env, server.url, 'compactor')))
  if (values['dry-run']) return dryRun(calls, values.json, out)
  const inWorker = () => {
    const following = { label: 'compacting', json: values.json, wait: values.wait }
    return runJob(server, '/api/v1/lake/compact', {}, following, surroundings)
  }
  if (values['in-worker']) return inWorker()
  const sums = await outside(server, calls, lines, { ...surroundings, isQuiet: values.json })
  if (values.json && !values.gold) out.write(`${JSON.stringify(sums)}\n`)
  if (!values.json) for (const line of wordsOf(sums)) out.write(`${line}\n`)
  return values.gold ? inWorker() : EXIT.done
}

function linesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const lines = Number(text)
  if (!Number.isInteger(lines) || lines < 1 || lines > 100_000)
    throw new CliError('--lines is a number from 1 to 100000.', EXIT.usage)
  return lines
}

async function dryRun(calls: RoundCalls, isJson: boolean, out: Surroundings['out']): Promise<number> {
  const waiting = await calls.waiting()
  if (isJson) out.write(`${JSON.stringify(waiting)}\n`)
  else {
    const { objects, lines, bytes, since, others, open } = waiting
    const many = `${lines.toLocaleString('en')} lines in ${objects.toLocaleString('en')} objects`
    out.write(
      objects === 0
        ? 'nothing waits\n'
        : `${many} wait, ${(bytes / 1e6).toFixed(1)} MB of text, the oldest since ${since}\n`,
    )
    if (others) out.write('beside objects with lines of several workspaces, which are left to the Worker\n')
    if (open) out.write('a compactor is at it\n')
  }
  return EXIT.done
}

/** Silver by DuckDB in this process, in a folder that goes with it. */
async function outside(
  server: Server,
  calls: RoundCalls,
  lines: number | undefined,
  { out, isQuiet }: Surroundings & { readonly isQuiet: boolean },
): Promise<OutsideSums> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-compact-'))
  const cleanUp = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', cleanUp) // Ctrl-C, too: what lies there is about people.
  const stop = { asked: false }
  const onSignal = () => {
    // The second one means it: the round waits until somebody goes on with it.
    if (stop.asked) process.exit(EXIT.interrupted)
    stop.asked = true
    process.stderr.write('\nThis round is ended; again to stop at once.\n')
  }
  process.on('SIGINT', onSignal)
  const connection = await openEngine()
  let bar: ReturnType<typeof startProgress> | undefined
  try {
    const sums = await compactAll({
      calls,
      connection,
      folder,
      lines,
      isStopped: () => stop.asked,
      pause: (ms) => sleep(ms),
      onLines(done, total) {
        if (isQuiet) return
        bar ??= startProgress('compacting', total, out)
        bar.update(Math.min(done, total))
      },
    })
    bar?.end()
    if (stop.asked) throw new CliError(`Stopped, at ${server.url}: what is done stays done.`, EXIT.interrupted)
    return sums
  } finally {
    connection.closeSync()
    cleanUp()
    process.off('exit', cleanUp)
    process.off('SIGINT', onSignal)
  }
}

function wordsOf({ rounds, lines, rows, files, bytes, ms, held, others }: OutsideSums): readonly string[] {
  const n = (value: number) => value.toLocaleString('en')
  const rate = ms > 0 ? `, ${n(Math.round((lines * 1_000) / ms))} lines/s` : ''
  const what =
    rounds === 0
      ? 'silver has everything that could be made here'
      : `silver: ${n(lines)} lines, ${n(rows)} rows in ${n(files)} files (${(bytes / 1e6).toFixed(1)} MB), ${rounds} rounds${rate}`
  return [
    what,
    ...(held > 0
      ? [`${held} ${held === 1 ? 'partition is' : 'partitions are'} held by a hard expectation: npx tributary quality`]
      : []),
    ...(others ? ['what holds the lines of several workspaces is left to the Worker'] : []),
  ]
}
