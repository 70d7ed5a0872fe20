import { isOverload, isTransient } from '../platform/transient.ts'
import type { Wait } from '../shared/pipeline/wait.ts'

/** What the consumers do about a fault: a broken machine is waited out, a broken message is buried. */

export function reasonOf(fault: unknown): string {
  return fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault)
}

export function waitOf(fault: unknown): Wait {
  const reason = reasonOf(fault)
  if (isOverload(fault)) return { for: 'overloaded', reason }
  return { for: isTransient(fault) ? 'unreachable' : 'fault', reason }
}

/** Attempts before a message is processed alone, and before what still fails in it is buried. */
export const ALONE_AFTER_ATTEMPTS = 3

/** Has a message delivered again: after a time that doubles, at most five minutes, spread so that a crowd does not return together. */
export function retryLater(message: Message<unknown>): void {
  const seconds = Math.min(300, 2 ** Math.min(message.attempts, 9))
  message.retry({ delaySeconds: Math.ceil(seconds * (0.5 + Math.random() / 2)) })
}
