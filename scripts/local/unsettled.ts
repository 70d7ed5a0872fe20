import type { LocalFacts } from './control.ts'

/**
 * Which queue messages a consumer has seen and not finished with. The local broker's own metrics count neither
 * messages in flight nor those that wait out a retry delay, and both are lost when the process ends, so this does.
 */
export class Unsettled {
  /** Message id → when the broker has it back, in epoch milliseconds; Infinity while a consumer works on it. */
  readonly #backAt = new Map<string, number>()

  inFlight(): number {
    return this.#count((backAt) => backAt === Number.POSITIVE_INFINITY)
  }

  /** Waiting out a delay at `now` (epoch milliseconds); those that are due are in the broker's own count again. */
  delayed(now: number): number {
    return this.#count((backAt) => backAt > now && backAt !== Number.POSITIVE_INFINITY)
  }

  get size(): number {
    return this.#backAt.size
  }

  /**
   * Watches one batch: answers a batch to give to the consumer instead, and `done`, to be called when the consumer has
   * finished. While `hurry()` is true, retries wait a second at most: what still waits when the process ends is lost,
   * and a message that is tried too often becomes a dead letter, which is kept.
   */
  watch<Body>(
    batch: MessageBatch<Body>,
    facts: LocalFacts,
    hurry: () => boolean,
  ): { readonly batch: MessageBatch<Body>; done(threw: boolean): void } {
    const consumer = facts.consumers[batch.queue]
    const delayOf = (asked: number | undefined) => {
      const delay = asked ?? consumer?.retryDelay ?? 0
      return hurry() ? Math.min(delay, 1) : delay
    }
    /** Message id → seconds until its next try. */
    const retried = new Map<string, number>()
    let whole: number | undefined
    const messages = batch.messages.map((message) => {
      this.#backAt.set(message.id, Number.POSITIVE_INFINITY)
      return watched(message, (options) => {
        const delaySeconds = delayOf(options?.delaySeconds)
        retried.set(message.id, delaySeconds)
        message.retry({ delaySeconds })
      })
    })
    const retryAll = (options?: QueueRetryOptions) => {
      whole = delayOf(options?.delaySeconds)
      batch.retryAll({ delaySeconds: whole })
    }
    return {
      batch: { queue: batch.queue, metadata: batch.metadata, messages, ackAll: () => batch.ackAll(), retryAll },
      done: (threw) => {
        if (threw) whole = delayOf(undefined)
        for (const { id, attempts } of batch.messages) {
          const delaySeconds = retried.get(id) ?? whole
          const dropped = consumer?.dropsAfter != null && attempts >= consumer.dropsAfter
          if (delaySeconds === undefined || dropped) this.#backAt.delete(id)
          else this.#backAt.set(id, Date.now() + delaySeconds * 1_000)
        }
      },
    }
  }

  #count(matches: (backAt: number) => boolean): number {
    let count = 0
    for (const backAt of this.#backAt.values()) if (matches(backAt)) count++
    return count
  }
}

/** The message with another `retry`. The body stays lazy: reading it deserialises it. */
function watched<Body>(message: Message<Body>, retry: (options?: QueueRetryOptions) => void): Message<Body> {
  return {
    id: message.id,
    timestamp: message.timestamp,
    attempts: message.attempts,
    get body() {
      return message.body
    },
    retry,
    ack: () => message.ack(),
  }
}
