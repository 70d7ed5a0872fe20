import { EVENT_TYPES } from '../../shared/event/event.ts'
import { matchesName } from '../../shared/kernel/name-pattern.ts'
import type { LiveFilter } from '../../shared/pipeline/live.ts'
import { OUTCOME_KINDS } from '../../shared/pipeline/trace.ts'
import { FLAG, LIST, readArguments, TEXT } from './arguments.ts'
import { CliError, type Command, EXIT } from './command.ts'
import { readJson, type Server, theServer } from './server.ts'
import { type TailEvent, tailLine } from './tail-line.ts'
import { watchLive } from './watch-live.ts'

export const tailCommand: Command = {
  name: 'tail',
  usage: '[--event NAME] [--outcome rejected]',
  summary: 'shows events as they arrive, and what becomes of each',
  help: `Shows every event of the workspace when its fate is decided, until Ctrl-C. At most 50 a second are shown, failures first;
how many were not is said.

  --event NAME       of this name, exact or "prefix*"; may be given several times, as the next three
  --source ID        of this source
  --type TYPE        ${EVENT_TYPES.join(', ')}
  --outcome WHAT     ${OUTCOME_KINDS.join(', ')}
  --profile REF      of this person: prf_… or type:value (email:a@b.co)
  --text TEXT        with this somewhere in it
  --last N           first shows the newest N that are there already (not with --profile type:value or --text)
  --payload          shows the event as it was sent, too
  --count N          ends after N events
  --json             one JSON object a line

Exit code 0: ended by you or by --count, 1: it went wrong, 2: it was called wrongly.`,
  async run(args, { env, out }) {
    const { values, positionals } = readArguments(args, OPTIONS)
    if (positionals.length > 0)
      throw new CliError(`tail takes only options, and not ${positionals[0]}; see --help.`, EXIT.usage)
    const { json, payload } = values
    const count = numberOf('--count', values.count)
    const last = numberOf('--last', values.last) ?? 0
    const filter = liveFilterOf(values)
    const server = theServer(env)
    let shown = 0
    const show = (event: TailEvent) => {
      shown += 1
      out.write(json ? `${JSON.stringify(event)}\n` : tailLine(event, { payload, colour: out.isTTY === true }))
    }
    if (last > 0) for (const event of await newest(server, filter, last)) show(event)
    if (count !== undefined && shown >= count) return EXIT.done
    await watchLive(server, filter, {
      event(event) {
        show(event)
        return count === undefined || shown < count
      },
      gap: (skipped) => out.write(json ? `${JSON.stringify({ skipped })}\n` : `… ${skipped} more were not shown\n`),
      note: (text) => console.error(text),
    })
    return EXIT.done
  },
}

const OPTIONS = {
  event: LIST,
  source: LIST,
  type: LIST,
  outcome: LIST,
  profile: TEXT,
  text: TEXT,
  last: TEXT,
  count: TEXT,
  payload: FLAG,
  json: FLAG,
} as const

function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) throw new CliError(`${option} is a number from 1.`, EXIT.usage)
  return Number(text)
}

function liveFilterOf({
  event,
  source,
  type,
  outcome,
  profile,
  text,
}: ReturnType<typeof readArguments<typeof OPTIONS>>['values']): LiveFilter {
  return {
    ...(event ? { events: event } : {}),
    ...(source ? { sources: source } : {}),
    ...(type ? { types: knownOnes('--type', type, EVENT_TYPES) } : {}),
    ...(outcome ? { outcomes: knownOnes('--outcome', outcome, OUTCOME_KINDS) } : {}),
    ...(profile ? { profile } : {}),
    ...(text ? { text } : {}),
  }
}

function knownOnes<T extends string>(option: string, given: readonly string[], known: readonly T[]): T[] {
  return given.map((one) => {
    const found = known.find((candidate) => candidate === one)
    if (found === undefined) throw new CliError(`${option} is one of ${known.join(', ')}, and not ${one}.`, EXIT.usage)
    return found
  })
}

/** From the trace, oldest first, as far as one page holds them. */
async function newest(server: Server, filter: LiveFilter, last: number): Promise<TailEvent[]> {
  const query = new URLSearchParams({ limit: String(Math.min(last, 200)) })
  const exact = {
    name: onlyOne(filter.events?.some((name) => name.endsWith('*')) ? undefined : filter.events),
    source: onlyOne(filter.sources),
    type: onlyOne(filter.types),
    outcome: onlyOne(filter.outcomes),
    profile: filter.profile,
  }
  for (const [key, value] of Object.entries(exact)) if (value !== undefined) query.set(key, value)
  const { events } = await readJson<{ events: TailEvent[] }>(server, `/api/v1/events?${query}`)
  return events.filter((event) => isMeant(event, filter)).reverse()
}

function onlyOne<T>(list: readonly T[] | undefined): T | undefined {
  return list?.length === 1 ? list[0] : undefined
}

function isMeant({ name = '', source, type, outcome }: TailEvent, filter: LiveFilter): boolean {
  return (
    (filter.events?.some((pattern) => matchesName(pattern, name)) ?? true) &&
    (filter.sources?.includes(source) ?? true) &&
    (filter.types?.some((one) => one === type) ?? true) &&
    (filter.outcomes?.includes(outcome) ?? true)
  )
}
