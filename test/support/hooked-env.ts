/** An environment whose billed calls go through hooks: a test counts them, or makes them fail. D1 stays as it is. */
export interface Hooks {
  /** A call on a Durable Object. */
  readonly object: <T>(work: () => Promise<T>, method: string) => Promise<T>
  readonly send: <T>(work: () => Promise<T>, messages: readonly MessageSendRequest[]) => Promise<T>
  readonly put: <T>(work: () => Promise<T>) => Promise<T>
}

export function hookedEnv(env: Env, hooks: Hooks): Env {
  const objects = <N extends DurableObjectNamespace>(namespace: N): N =>
    wrap(namespace, { getByName: (name: string) => hookedStub(namespace.getByName(name), hooks) })
  const queue = (inner: Queue): Queue =>
    wrap(inner, {
      sendBatch: (messages: MessageSendRequest[]) => hooks.send(() => inner.sendBatch(messages), messages),
    })
  return {
    ...env,
    PROFILES: objects(env.PROFILES),
    IDENTITY: objects(env.IDENTITY),
    METERS: objects(env.METERS),
    PLANS: objects(env.PLANS),
    TRACES: objects(env.TRACES),
    DELIVERIES: objects(env.DELIVERIES),
    AUDIENCES: objects(env.AUDIENCES),
    EFFECTS: queue(env.EFFECTS),
    DEAD_LETTERS: queue(env.DEAD_LETTERS),
    LAKE: wrap(env.LAKE, { put: (...args: Parameters<R2Bucket['put']>) => hooks.put(() => env.LAKE.put(...args)) }),
  }
}

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>

function hookedStub(stub: DurableObjectStub, hooks: Hooks): Methods {
  const methods = stub as unknown as Methods
  return new Proxy(methods, {
    // A stub must not look like a promise to whoever awaits it.
    get: (_, method) =>
      method === 'then'
        ? undefined
        : (...args: unknown[]) => hooks.object(async () => methods[method as string]?.(...args), String(method)),
  })
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
