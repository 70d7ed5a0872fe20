import { FLAG, instantOf, JOB_HELP, JOB_OPTIONS, LIST, readArguments, TEXT } from './arguments.ts'
import { CliError, type Command, EXIT } from './command.ts'
import { runJob } from './follow-job.ts'
import { theServer } from './server.ts'

export const rebuildCommand: Command = {
  name: 'rebuild',
  usage: 'PROFILE… | --segment KEY | --everybody',
  summary: 'folds profiles again from the archive; nobody is told',
  help: `Makes profiles anew from their events in the archive. What the archive does not have is kept. Nothing is emitted: who
turns out to be in a segment or not stands in the result of the job. Nothing of an erased person comes back.

  PROFILE            prf_… or type:value (email:a@b.co); several; also as --profile
  --segment KEY      the members of a segment
  --everybody        all profiles of the workspace
  --from TIME        only from events that arrived since: 2026-03-15T12:00:00Z, 2026-03-15, or 2h, 3d
${JOB_HELP}`,
  async run(args, surroundings) {
    const { values, positionals } = readArguments(args, {
      profile: LIST,
      segment: TEXT,
      from: TEXT,
      everybody: FLAG,
      ...JOB_OPTIONS,
    })
    const { segment, from, everybody, json, wait } = values
    const profiles = [...positionals, ...(values.profile ?? [])]
    const isNarrowed = profiles.length > 0 || segment !== undefined
    if (isNarrowed === everybody)
      throw new CliError('rebuild takes PROFILEs, or --segment KEY, or --everybody; see --help.', EXIT.usage)
    const body = {
      ...(profiles.length > 0 ? { profiles } : {}),
      segment,
      ...(from === undefined ? {} : { from: instantOf('--from', from, Date.now()) }),
    }
    const server = theServer(surroundings.env)
    return runJob(server, '/api/v1/rebuilds', body, { label: 'rebuilding', json, wait }, surroundings)
  },
}
