import { setTimeout as sleep } from 'node:timers/promises'
import type { JobDocument } from '../../shared/contract/read-job.ts'
import { startProgress } from '../demo/progress.ts'
import { isPersonThere, isSure } from './ask.ts'
import { CliError, EXIT, type Surroundings } from './command.ts'
import { jobLine } from './job-line.ts'
import { callApi, postJson, readJson, type Server } from './server.ts'

export interface Following {
  /** What is done, for the bar: `replaying`. */
  readonly label: string
  readonly json: boolean
  readonly wait: boolean
}

/** Begins a job by the API and follows it to its end. Answers the exit code. @throws CliError when it failed */
export async function runJob(
  server: Server,
  path: string,
  body: unknown,
  following: Following,
  surroundings: Surroundings,
): Promise<number> {
  const { jobId } = await postJson<{ jobId: string }>(server, path, body)
  if (!following.wait) {
    surroundings.out.write(`${following.json ? JSON.stringify({ jobId }) : jobId}\n`)
    return EXIT.done
  }
  return followJob(server, jobId, following, surroundings)
}

export async function followJob(
  server: Server,
  jobId: string,
  { label, json }: Following,
  { out }: Surroundings,
): Promise<number> {
  const stop = { asked: false }
  const onSignal = () => {
    // The second one means it.
    if (stop.asked) process.exit(EXIT.interrupted)
    stop.asked = true
  }
  process.on('SIGINT', onSignal)
  try {
    const end = await watched(server, jobId, json ? undefined : startBar(label, out), stop)
    if (end === 'left') return EXIT.interrupted
    out.write(json ? `${JSON.stringify(end)}\n` : `${jobLine(end)}\n`)
    if (end.state === 'done') return EXIT.done
    throw new CliError(`The job ${jobId} was ${end.state}${end.reason ? `: ${end.reason}` : ''}.`)
  } finally {
    process.removeListener('SIGINT', onSignal)
  }
}

const POLL_MS = 300

async function watched(
  server: Server,
  jobId: string,
  bar: Bar | undefined,
  stop: { asked: boolean },
): Promise<JobDocument | 'left'> {
  for (;;) {
    const job = await readJson<JobDocument>(server, `/api/v1/jobs/${jobId}`)
    bar?.show(job)
    if (job.state !== 'queued' && job.state !== 'running') {
      bar?.end()
      return job
    }
    if (stop.asked && !(await isCancelled(server, jobId, stop))) return 'left'
    await sleep(POLL_MS)
  }
}

/** Whether it was cancelled by who pressed Ctrl-C; else it goes on without us. */
async function isCancelled(server: Server, jobId: string, stop: { asked: boolean }): Promise<boolean> {
  if (isPersonThere() && (await isSure('\nCancel the job? What is done stays done.'))) {
    await callApi(server, `/api/v1/jobs/${jobId}/cancel`, { method: 'POST' })
    stop.asked = false
    return true
  }
  console.error(
    `\nThe job goes on: npx tributary jobs follow ${jobId}\nTo stop it:      npx tributary jobs cancel ${jobId}`,
  )
  return false
}

interface Bar {
  show(job: JobDocument): void
  end(): void
}

/** A job that does not know how much there is counts; one that knows has a bar. */
function startBar(label: string, out: Surroundings['out']): Bar {
  let progress: ReturnType<typeof startProgress> | undefined
  let total = -1
  let note = ''
  return {
    show({ state, done, total: known, errors }) {
      note = errors > 0 ? `${errors} could not be` : ''
      const isOpen = state === 'queued' || state === 'running'
      if (isOpen && known <= done) {
        if (out.isTTY) out.write(`\r\u001b[2K${label.padEnd(11)} ${done} so far${note === '' ? '' : `, ${note}`}`)
        return
      }
      if (!progress || known !== total) progress = startProgress(label, (total = known), out)
      progress.update(done, note)
    },
    end: () => progress?.end(note),
  }
}
