import { env } from 'cloudflare:workers'
import { type OutwardCall, struckEnv } from './faults-env.ts'

/**
 * Stores that are down, as their callers meet it: the words are those of the platform, which mostly throws plain errors
 * without saying that they may be retried.
 */
export type Ill = 'refuses' | 'hangs'

/** The environment in which the calls that begin so are refused, or never answered. Objects keep their own environment. */
export function withoutCalls(environment: Env, ill: Readonly<Record<string, Ill>>): Env {
  return struckEnv(environment, (call, work) => {
    const found = Object.entries(ill).find(([begin]) => call.name.startsWith(begin))
    if (!found) return work()
    return found[1] === 'hangs' ? new Promise(() => {}) : Promise.reject(refusal(call))
  })
}

function refusal({ store, name }: OutwardCall): Error {
  switch (store) {
    case 'lake':
      return new Error(`${name}: We encountered an internal error. Please try again. (10001)`)
    case 'queue':
      return new Error('Queue sendBatch failed: Too Many Requests')
    case 'db':
      return d1Fault()
    case 'object':
      return Object.assign(new Error('Durable Object is overloaded. Too many requests queued.'), { overloaded: true })
  }
}

function d1Fault(): Error {
  return new Error('D1_ERROR: Network connection lost.')
}

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>

/** D1 answers nobody in this isolate, which tests share with their objects. Answers how to end it. */
export function withoutD1(): () => void {
  const statements = Object.getPrototypeOf(env.DB.prepare('SELECT 1')) as Methods
  const databases = Object.getPrototypeOf(env.DB) as Methods
  const ends = [
    ...['first', 'all', 'run', 'raw'].map((method) => broken(statements, method, d1Fault)),
    ...['batch', 'exec'].map((method) => broken(databases, method, d1Fault)),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function broken(prototype: Methods, method: string, fault: () => Error): () => void {
  const whole = prototype[method]
  if (typeof whole !== 'function') throw new Error(`there is no method ${method}`)
  prototype[method] = () => Promise.reject(fault())
  return () => {
    prototype[method] = whole
  }
}

/** The environment in which one audience shard of a workspace does not answer. */
export function withoutShard(environment: Env, workspace: string, shard: number): Env {
  const down = new Proxy(
    {},
    {
      get: (_, method) =>
        method === 'then' ? undefined : () => Promise.reject(refusal({ store: 'object', name: String(method) })),
    },
  )
  const AUDIENCES = new Proxy(environment.AUDIENCES, {
    get(target, property) {
      if (property !== 'getByName') return Reflect.get(target, property)
      return (name: string) => (name === `${workspace}/${shard}` ? down : target.getByName(name))
    },
  })
  return { ...environment, AUDIENCES }
}
