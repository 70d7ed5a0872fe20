import { type ControlRequest, isStill, messagesLeft, type Standstill } from './control.ts'

/**
 * Works the queues of a local Tributary off before it ends. New requests are refused from the first call on. When
 * nothing is left, alarms are held back and the state is asked once more: only if it is still empty then has nothing
 * slipped in between, since an alarm may send messages.
 */
export interface DrainPorts {
  /** Sets the flags of the local entry and answers where work is. */
  ask(request: ControlRequest): Promise<Standstill>
  /** Epoch milliseconds. */
  now(): number
  sleep(ms: number): Promise<void>
}

const POLL_MS = 100

/** How many messages are left when all is done or `patienceMs` are over; undefined when the runtime did not answer. */
export async function drain(ports: DrainPorts, patienceMs: number): Promise<number | undefined> {
  const giveUpAt = ports.now() + patienceMs
  let left: number | undefined
  do {
    const state = await ask(ports, { draining: true, frozen: false }, giveUpAt)
    if (state && isStill(state)) {
      const frozen = await ask(ports, { draining: true, frozen: true }, giveUpAt)
      if (frozen && isStill(frozen)) return 0
    }
    if (state) left = messagesLeft(state)
    await ports.sleep(POLL_MS)
  } while (ports.now() < giveUpAt)
  return left
}

/** A runtime that hangs or restarts must not keep the process from ending. */
async function ask(ports: DrainPorts, request: ControlRequest, giveUpAt: number): Promise<Standstill | undefined> {
  const tooLate = ports.sleep(Math.max(0, giveUpAt - ports.now())).then(() => undefined)
  return Promise.race([ports.ask(request).catch(() => undefined), tooLate])
}
