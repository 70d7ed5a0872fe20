import { type OutwardCall, type Strike, struckEnv } from './faults-env.ts'
import { hookedEnv } from './hooked-env.ts'

/**
 * Faults for one run of the consumer. The local queue never duplicates, reorders or crashes, and local storage never
 * refuses; this does it for them. Each call to a binding may be refused before or after it took effect, by a seeded
 * choice, so a run is repeatable. Queues that do what production's may are in faults-queues.ts.
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

export async function strike<T>(plan: FaultPlan, work: () => Promise<T>): Promise<T> {
  if (plan.random() >= plan.chance) return work()
  const before = plan.random() < 0.5
  if (!before) await work()
  throw new InjectedFault(before ? 'refused' : 'the answer was lost')
}

/** A process that dies at its n-th call out: before the call, or when it has taken effect. Nothing leaves it any more. */
export interface Death {
  readonly env: Env
  /** The calls that were made, in order. */
  readonly calls: readonly OutwardCall[]
  readonly isDead: () => boolean
}

/** `at` counts from 1; beyond the last call nobody dies. `also`: what else may befall a call of the living. */
export function dyingAt(env: Env, at: number, when: 'before' | 'after', also: Strike = (_, work) => work()): Death {
  const calls: OutwardCall[] = []
  let dead = false
  const die = (): never => {
    dead = true
    throw new InjectedFault('the process died')
  }
  const struck: Strike = async (call, work) => {
    if (dead) throw new InjectedFault('the process is dead')
    calls.push(call)
    const isLast = calls.length === at
    if (isLast && when === 'before') die()
    const answer = await also(call, work)
    if (isLast) die()
    // What was under way when it died arrives nowhere.
    if (dead) throw new InjectedFault('the process is dead')
    return answer
  }
  return { env: struckEnv(env, struck), calls, isDead: () => dead }
}
