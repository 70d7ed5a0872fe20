/**
 * An environment of which every call that leaves the isolate goes through one function: objects, queues, R2 and D1. A
 * test counts them, refuses them, loses their answers, or lets everything after the n-th one die.
 */
export type Store = 'object' | 'queue' | 'lake' | 'db'

export interface OutwardCall {
  readonly store: Store
  /** Binding and method: `PROFILES.apply`, `EFFECTS.sendBatch`, `LAKE.put`, `DB.first`. */
  readonly name: string
}

export type Strike = <T>(call: OutwardCall, work: () => Promise<T>) => Promise<T>

export function struckEnv(env: Env, strike: Strike): Env {
  const struck = Object.entries(env).map(([binding, value]) => [binding, struckBinding(binding, value, strike)])
  return Object.fromEntries(struck) as Env
}

function struckBinding(binding: string, value: unknown, strike: Strike): unknown {
  if (typeof value !== 'object' || value === null) return value
  const call = (store: Store) => (method: string, work: () => Promise<unknown>) =>
    strike({ store, name: `${binding}.${method}` }, work)
  if (has(value, 'getByName')) return struckObjects(value as DurableObjectNamespace, call('object'))
  if (has(value, 'sendBatch')) return struckMethods(value, ['send', 'sendBatch'], call('queue'))
  if (has(value, 'createMultipartUpload')) return struckMethods(value, LAKE_METHODS, call('lake'))
  if (has(value, 'prepare')) return struckDatabase(value as D1Database, call('db'))
  return value
}

const LAKE_METHODS = ['get', 'put', 'head', 'list', 'delete']

type Named = (method: string, work: () => Promise<unknown>) => Promise<unknown>
type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>

function has(value: object, method: string): boolean {
  return typeof (value as Record<string, unknown>)[method] === 'function'
}

function struckObjects(namespace: DurableObjectNamespace, named: Named): unknown {
  const stubOf = (name: string) => {
    const stub = namespace.getByName(name) as unknown as Methods
    return new Proxy(stub, {
      // A stub must not look like a promise to whoever awaits it.
      get: (_, method) =>
        method === 'then'
          ? undefined
          : (...args: unknown[]) => named(String(method), async () => stub[method as string]?.(...args)),
    })
  }
  return overridden(namespace, { getByName: stubOf })
}

function struckMethods(value: object, methods: readonly string[], named: Named): unknown {
  const inner = value as Methods
  const struck = methods.map((method) => [
    method,
    (...args: unknown[]) => named(method, async () => inner[method]?.(...args)),
  ])
  return overridden(value, Object.fromEntries(struck))
}

/** Statements are bound anew each time; a batch takes those that D1 made, not ours. */
function struckDatabase(db: D1Database, named: Named): unknown {
  const inner = new WeakMap<object, D1PreparedStatement>()
  const statement = (made: D1PreparedStatement): object => {
    const runs = ['first', 'all', 'run', 'raw'].map((method) => [
      method,
      (...args: unknown[]) => named(method, async () => (made as unknown as Methods)[method]?.(...args)),
    ])
    const ours = overridden(made, {
      ...Object.fromEntries(runs),
      bind: (...values: unknown[]) => statement(made.bind(...values)),
    })
    inner.set(ours, made)
    return ours
  }
  return overridden(db, {
    prepare: (sql: string) => statement(db.prepare(sql)),
    batch: (statements: object[]) =>
      named('batch', () => db.batch(statements.map((one) => inner.get(one) as D1PreparedStatement))),
  })
}

function overridden<T extends object>(inner: T, overrides: Record<string, unknown>): T {
  return new Proxy(inner, {
    get(target, property) {
      if (typeof property === 'string' && Object.hasOwn(overrides, property)) return overrides[property]
      const value = Reflect.get(target, property) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
