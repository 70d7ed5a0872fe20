import { hookedEnv } from './hooked-env.ts'

/**
 * Faults for one run of the consumer. The local queue never duplicates, reorders or crashes, and local storage never
 * refuses; this does it for them. Each call to a binding may be refused before or after it took effect, by a seeded
 * choice, so a run is repeatable.
 */
export interface FaultPlan {
  /** Chance that a call fails; half of those fail after the work was done. */
  readonly chance: number
  readonly random: () => number
}

export class InjectedFault extends Error {
  /** What the platform sets on faults of its own; the consumer waits those out. */
  readonly retryable = true
}

/** The environment with every storage, queue and object call subject to the plan. */
export function withFaults(env: Env, plan: FaultPlan): Env {
  const faulty = <T>(work: () => Promise<T>): Promise<T> => strike(plan, work)
  return hookedEnv(env, { object: faulty, send: faulty, put: faulty })
}

async function strike<T>(plan: FaultPlan, work: () => Promise<T>): Promise<T> {
  if (plan.random() >= plan.chance) return work()
  const before = plan.random() < 0.5
  if (!before) await work()
  throw new InjectedFault(before ? 'refused' : 'the answer was lost')
}
