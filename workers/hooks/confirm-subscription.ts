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
    console.warn(`the SNS topic ${String(message['TopicArn'])} no longer posts here`)
  const url = confirmationUrl(text, topicArns)
  if (url === undefined) return true
  const reply = await fetcher(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) })
  await reply.body?.cancel()
  if (reply.status !== 200)
    console.error(`a subscription of ${String(message?.['TopicArn'])} could not be confirmed: ${reply.status}`)
  return reply.status === 200
}
