import type { DeliveryOutcome } from '../shared/pipeline/trace.ts'

/** One effect for this destination, as the consumer of the EFFECTS queue hands it over. */
export interface LaneItem {
  readonly key: string
  readonly messageId: string
  readonly profile: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The effect as JSON. */
  readonly text: string
}

/** What became of an item by the time the lane answered; `again`: it had been taken before. */
export interface LaneOutcome {
  readonly outcome: DeliveryOutcome
  readonly reason?: string
  readonly again?: true
}

export interface LaneStatus {
  readonly state: 'closed' | 'open' | 'half_open'
  /** Epoch ms; null while it is closed. */
  readonly probeAt: number | null
  readonly waiting: number
  /** Acceptance of the oldest that waits, epoch ms. */
  readonly oldestAt: number | null
  readonly lastError: { readonly at: number; readonly reason: string } | null
}
