import type { JobDocument } from '../../shared/contract/read-job.ts'
import { FLAG, JOB_OPTIONS, readArguments, TEXT } from './arguments.ts'
import { CliError, type Command, EXIT, type Surroundings } from './command.ts'
import { followJob } from './follow-job.ts'
import { jobLine } from './job-line.ts'
import { callApi, readJson, type Server, theServer } from './server.ts'

export const jobsCommand: Command = {
  name: 'jobs',
  usage: '[list | show ID | follow ID | cancel ID]',
  summary: 'lists, follows and cancels long work: imports, replays, rebuilds',
  help: `  list               the newest jobs; --kind KIND, --state queued|running|done|failed|cancelled
  show ID            one job
  follow ID          shows how far it is until it has ended
  cancel ID          stops it; what is done stays done
  --json             as JSON`,
  async run(args, surroundings) {
    const options = { kind: TEXT, state: TEXT, ...JOB_OPTIONS, json: FLAG }
    const { values, positionals } = readArguments(args, options)
    const [what = 'list', id, ...more] = positionals
    const server = theServer(surroundings.env)
    if (what === 'list' && id === undefined) return list(server, values, surroundings)
    if (id === undefined || more.length > 0)
      throw new CliError('jobs takes list, or show, follow or cancel and an ID.', EXIT.usage)
    const path = `/api/v1/jobs/${encodeURIComponent(id)}`
    switch (what) {
      case 'follow':
        return followJob(server, id, { label: 'working', json: values.json, wait: true }, surroundings)
      case 'show':
        return tell([await readJson<JobDocument>(server, path)], values.json, surroundings)
      case 'cancel': {
        const answer = await callApi(server, `${path}/cancel`, { method: 'POST' })
        return tell([(await answer.json()) as JobDocument], values.json, surroundings)
      }
      default:
        throw new CliError(`jobs knows list, show, follow and cancel, and not ${what}.`, EXIT.usage)
    }
  },
}

async function list(
  server: Server,
  { kind, state, json }: { kind?: string; state?: string; json: boolean },
  surroundings: Surroundings,
): Promise<number> {
  const query = new URLSearchParams({ ...(kind ? { kind } : {}), ...(state ? { state } : {}) })
  const { jobs } = await readJson<{ jobs: JobDocument[] }>(server, `/api/v1/jobs?${query}`)
  if (!json) return tell(jobs, false, surroundings)
  surroundings.out.write(`${JSON.stringify(jobs)}\n`)
  return EXIT.done
}

function tell(jobs: readonly JobDocument[], json: boolean, { out }: Surroundings): number {
  for (const job of jobs) out.write(`${json ? JSON.stringify(job) : `${job.createdAt}  ${jobLine(job)}`}\n`)
  return EXIT.done
}
