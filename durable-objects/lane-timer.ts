import { SECOND } from '../shared/kernel/instant.ts'

/** While something is stored and nothing else wakes it: when to look after it, should the object be evicted. */
export const LOOK_AFTER_MS = 20 * SECOND

/** One timer in memory: an alarm is a written row, which a lane pays only for what is stored. */
export class LaneTimer {
  readonly #work: () => void
  #set: { readonly at: number; readonly id: ReturnType<typeof setTimeout> } | undefined

  constructor(work: () => void) {
    this.#work = work
  }

  /** Makes sure that the work is done at `at` (epoch ms) or before. */
  noLaterThan(at: number): void {
    if (this.#set && this.#set.at <= at) return
    clearTimeout(this.#set?.id)
    const id = setTimeout(
      () => {
        this.#set = undefined
        this.#work()
      },
      Math.max(0, at - Date.now()),
    )
    this.#set = { at, id }
  }
}
