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

/** The environment with every storage, queue and object call subject to the plan. D1 stays whole: config has a cache. */
export function withFaults(env: Env, plan: FaultPlan): Env {
  const faulty = <T>(work: () => Promise<T>): Promise<T> => strike(plan, work)
  const objects = <N extends DurableObjectNamespace>(namespace: N): N =>
    wrap(namespace, {
      getByName: (name: string) => {
        const stub = namespace.getByName(name) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
        return new Proxy(stub, {
          get: (_, method) =>
            method === 'then'
              ? undefined
              : (...args: unknown[]) => faulty(async () => stub[method as string]?.(...args)),
        })
      },
    })
  const queue = (inner: Queue): Queue =>
    wrap(inner, { sendBatch: (messages: never) => faulty(() => inner.sendBatch(messages)) })
  return {
    ...env,
    PROFILES: objects(env.PROFILES),
    IDENTITY: objects(env.IDENTITY),
    METERS: objects(env.METERS),
    EFFECTS: queue(env.EFFECTS),
    DEAD_LETTERS: queue(env.DEAD_LETTERS),
    LAKE: wrap(env.LAKE, {
      put: (...args: unknown[]) => faulty(() => (env.LAKE.put as (...all: unknown[]) => Promise<unknown>)(...args)),
    }),
  }
}

async function strike<T>(plan: FaultPlan, work: () => Promise<T>): Promise<T> {
  if (plan.random() >= plan.chance) return work()
  const before = plan.random() < 0.5
  if (!before) await work()
  throw new InjectedFault(before ? 'refused' : 'the answer was lost')
}

function wrap<T extends object>(inner: T, overrides: Record<string, unknown>): T {
  return new Proxy(inner, {
    get(target, property) {
      if (typeof property === 'string' && Object.hasOwn(overrides, property)) return overrides[property]
      const value = Reflect.get(target, property) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
