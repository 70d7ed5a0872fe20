import { log } from '../../platform/log.ts'
import { confirmationUrl, snsMessageOf } from '../../shared/provider/sns-signature.ts'

/**
 * A topic that begins to post asks first, and hears yes only when it is on the source's list. A topic that left is never
 * called back: somebody may have wanted that.
 */
const PATIENCE_MS = 5_000

/** Whether there is nothing left to do; false asks SNS to come again. */
export async function confirmSubscription(
  text: string,
  topicArns: readonly string[],
  fetcher: typeof fetch,
): Promise<boolean> {
  const message = snsMessageOf(text)
  if (message?.['Type'] === 'UnsubscribeConfirmation')
    log.warn('hooks: an SNS topic no longer posts here', { topic: String(message['TopicArn']) })
  const url = confirmationUrl(text, topicArns)
  if (url === undefined) return true
  const reply = await fetcher(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
  await reply.body?.cancel()
  if (reply.status !== 200)
    log.error('hooks: an SNS subscription could not be confirmed', {
      topic: String(message?.['TopicArn']),
      status: reply.status,
    })
  return reply.status === 200
}
