import { type ParseArgsConfig, parseArgs } from 'node:util'
import { parseDuration, parseInstant, toIso } from '../../shared/kernel/instant.ts'
import { CliError, EXIT } from './command.ts'

/** Kinds of options, as parseArgs takes them. */
export const TEXT = { type: 'string' } as const
export const LIST = { type: 'string', multiple: true } as const
export const FLAG = { type: 'boolean', default: false } as const
/** On, unless `--no-…`. */
export const ON = { type: 'boolean', default: true } as const

/** @throws CliError in words of the command line, for what is no option of it */
export function readArguments<const O extends NonNullable<ParseArgsConfig['options']>>(args: string[], options: O) {
  try {
    return parseArgs({ args, options, allowPositionals: true, allowNegative: true })
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : error}; see --help.`, EXIT.usage)
  }
}

/** `2026-03-15`, `2026-03-15T12:00:00Z`, `now`, or how long ago: `2h`, `3d`. As ISO 8601. @throws CliError naming the option */
export function instantOf(option: string, text: string, now: number): string {
  if (text === 'now') return toIso(now)
  const ago = parseDuration(text)
  const at = ago === undefined ? parseInstant(text) : now - ago
  if (at === undefined)
    throw new CliError(
      `${option} is a time (2026-03-15T12:00:00Z) or how long ago (2h, 3d), and not ${text}.`,
      EXIT.usage,
    )
  return toIso(at)
}

/** The range of a repair: what has no end ends now. @throws CliError without a beginning */
export function rangeOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: number,
): { readonly from: string; readonly to: string } {
  if (from === undefined)
    throw new CliError('--from says since when: a time (2026-03-15) or how long ago (2h, 3d).', EXIT.usage)
  const range = { from: instantOf('--from', from, now), to: instantOf('--to', to ?? 'now', now) }
  if (range.from > range.to) throw new CliError(`--to ${range.to} lies before --from ${range.from}.`, EXIT.usage)
  return range
}

/** Which events of the archive a repair is about. */
export const FILTER_OPTIONS = { event: LIST, source: LIST, profile: LIST } as const

export const FILTER_HELP = `  --event NAME       only events of this name, exact or "prefix*"; may be given several times, as the next two
  --source ID        only what this source sent
  --profile REF      only of this person: prf_… or type:value (email:a@b.co)`

export function filterOf({ event, source, profile }: { event?: string[]; source?: string[]; profile?: string[] }) {
  const filter = {
    ...(event ? { events: event } : {}),
    ...(source ? { sources: source } : {}),
    ...(profile ? { profiles: profile } : {}),
  }
  return Object.keys(filter).length > 0 ? { filter } : {}
}

/** How a job is followed. */
export const JOB_OPTIONS = { json: FLAG, wait: ON } as const

export const JOB_HELP = `  --json             print the job as one JSON object when it has ended, and nothing else
  --no-wait          end once it is begun, and print its id
Ctrl-C asks whether to cancel it; without a terminal it goes on, and how to cancel it is printed.

Exit code 0: done, 1: it went wrong or was cancelled, 2: it was called wrongly, 130: left while it goes on.`

/** Times as the options of all repairs take them. */
export const RANGE_HELP = `  --from TIME        arrived at or after: 2026-03-15T12:00:00Z, 2026-03-15, or how long ago: 2h, 3d, 1w
  --to TIME          arrived at or before; by default now`
