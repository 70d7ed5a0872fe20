import type { DestinationDocument } from '../../shared/contract/destination-document.ts'
import {
  FILTER_HELP,
  FILTER_OPTIONS,
  filterOf,
  JOB_HELP,
  JOB_OPTIONS,
  RANGE_HELP,
  rangeOf,
  readArguments,
  TEXT,
} from './arguments.ts'
import { CliError, type Command, EXIT } from './command.ts'
import { runJob } from './follow-job.ts'
import { pagesOf, type Server, theServer } from './server.ts'

export const redeliverCommand: Command = {
  name: 'redeliver',
  usage: 'DESTINATION --from TIME [--to TIME]',
  summary: 'sends what happened to one destination again, from the archive',
  help: `Sends applied events and the segment changes told then to one destination again, past the profiles. Its filter, mapping
and consent hold as they are now; keys are those of the first delivery, so that a receiver knows what it has.

  DESTINATION        its id (dst_…) or its name; also as --destination
${RANGE_HELP}
${FILTER_HELP}
${JOB_HELP}`,
  async run(args, surroundings) {
    const { values, positionals } = readArguments(args, {
      destination: TEXT,
      from: TEXT,
      to: TEXT,
      ...FILTER_OPTIONS,
      ...JOB_OPTIONS,
    })
    const [named, ...more] = values.destination === undefined ? positionals : [values.destination, ...positionals]
    if (named === undefined || more.length > 0)
      throw new CliError('redeliver takes one DESTINATION; see --help.', EXIT.usage)
    const range = rangeOf(values, Date.now())
    const server = theServer(surroundings.env)
    const body = { destination: await destinationOf(server, named), ...range, ...filterOf(values) }
    const { json, wait } = values
    return runJob(server, '/api/v1/redeliveries', body, { label: 'redelivering', json, wait }, surroundings)
  },
}

/** @throws CliError when none has the name, or several have */
async function destinationOf(server: Server, named: string): Promise<string> {
  const all: DestinationDocument[] = []
  for await (const page of pagesOf<{ destinations: DestinationDocument[] }>(server, '/api/v1/destinations?limit=200'))
    all.push(...page.destinations)
  const found = all.find(({ id }) => id === named) ?? onlyOne(all.filter(({ name }) => name === named))
  if (found) return found.id
  const known = all.map(({ id, name }) => `  ${id}  ${name}`).join('\n')
  throw new CliError(`There is no one destination ${named}.${known === '' ? '' : ` There are:\n${known}`}`)
}

function onlyOne<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined
}
