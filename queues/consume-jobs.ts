import { log } from '../platform/log.ts'
import { jsonOf } from '../shared/kernel/json.ts'
import { JobMessage } from '../shared/message/job-message.ts'
import { unreadable } from './consume-events.ts'
import { reasonOf } from './faults.ts'
import { runJob } from './run-jobs.ts'
import { sendDeadLetters } from './settle.ts'

/** Gives each job that is called a run, side by side. A run that breaks is not repeated from here: the cron finds the job by its lease. */
export async function consumeJobs(batch: MessageBatch, env: Env): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const call = JobMessage.safeParse(jsonOf(String(message.body)))
      if (!call.success) await sendDeadLetters(env, [{ ...unreadable(message, reasonOf(call.error)), stage: 'queue' }])
      else
        await runJob(env, call.data).catch((fault: unknown) =>
          log.error('job: the run failed', { job: call.data.id, fault }),
        )
      message.ack()
    }),
  )
}
