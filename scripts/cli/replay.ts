import { REPLAYED_OUTCOMES } from '../../shared/contract/start-replay.ts'
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
import { theServer } from './server.ts'

export const replayCommand: Command = {
  name: 'replay',
  usage: '--from TIME [--to TIME]',
  summary: 'sends events that never took effect through the pipeline again',
  help: `Sends events that were dropped, rejected or given up through the pipeline again, from the archive. What was applied is
not sent again: it is counted as duplicates. Nothing of an erased person comes back.

${RANGE_HELP}
  --outcome WHAT     only ${REPLAYED_OUTCOMES.join(', ')}
  --reason REASON    only with exactly this reason: profile_rate, plan:type, …
${FILTER_HELP}
${JOB_HELP}`,
  async run(args, surroundings) {
    const { values, positionals } = readArguments(args, {
      from: TEXT,
      to: TEXT,
      outcome: TEXT,
      reason: TEXT,
      ...FILTER_OPTIONS,
      ...JOB_OPTIONS,
    })
    if (positionals.length > 0)
      throw new CliError(`replay takes only options, and not ${positionals[0]}; see --help.`, EXIT.usage)
    const { outcome, reason, json, wait } = values
    if (outcome !== undefined && !REPLAYED_OUTCOMES.some((one) => one === outcome))
      throw new CliError(`--outcome is one of ${REPLAYED_OUTCOMES.join(', ')}.`, EXIT.usage)
    const body = { ...rangeOf(values, Date.now()), outcome, reason, ...filterOf(values) }
    const server = theServer(surroundings.env)
    return runJob(server, '/api/v1/replays', body, { label: 'replaying', json, wait }, surroundings)
  },
}
