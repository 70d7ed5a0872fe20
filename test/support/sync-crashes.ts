import { openWarehouse } from '../../platform/warehouse-open.ts'
import type { Batch, Replacement, WarehousePort } from '../../shared/warehouse/warehouse.ts'

/**
 * A warehouse and a D1 between whose calls the program dies: every call is struck twice, once before it happened and once
 * after, and only then comes through. Whoever gets to the end has been killed between each two steps.
 */
export class Crash extends Error {}

export interface Crashes {
  readonly open: typeof openWarehouse
  env(env: Env): Env
  /** How often it died so far. */
  count(): number
}

export function crashing(inner: typeof openWarehouse = openWarehouse): Crashes {
  const struck = new Map<string, number>()
  let deaths = 0
  async function strike<T>(name: string, work: () => Promise<T>): Promise<T> {
    const times = struck.get(name) ?? 0
    struck.set(name, times + 1)
    if (times === 0) {
      deaths += 1
      throw new Crash(`before ${name}`)
    }
    const done = await work()
    if (times === 1 && done !== 'pending') {
      deaths += 1
      throw new Crash(`after ${name}`)
    }
    // What is under way is asked for again, and may die again then.
    if (done === 'pending') struck.set(name, times)
    return done
  }
  return {
    count: () => deaths,
    async open(type, settings, options) {
      const port = await inner(type, settings, options)
      const settle = port.settle?.bind(port)
      return {
        present: () => port.present(),
        change: (step) => strike(`change ${step}`, () => port.change(step)),
        claim: (owner) => strike('claim', () => port.claim(owner)),
        load: (batch: Batch) => strike(`load ${batch.id}`, () => port.load(batch)),
        replace: (to: Replacement) => strike(`replace ${to.id}`, () => port.replace(to)),
        ...(settle
          ? {
              settle: (...given: Parameters<typeof settle>) =>
                strike(`settle ${given[0].name}/${given[1]}/${given[2].map(({ key }) => key)}`, () => settle(...given)),
            }
          : {}),
        remap: (rows, id) => strike(`remap ${id}`, () => port.remap(rows, id)),
        erase: (tables, ids, id) => strike(`erase ${id}`, () => port.erase(tables, ids, id)),
        counts: (table) => port.counts(table),
        close: () => port.close(),
      } satisfies WarehousePort
    },
    env(env) {
      const DB = new Proxy(env.DB, {
        get(target, property) {
          if (property !== 'prepare') return Reflect.get(target, property)
          return (sql: string) => ({
            bind: (...values: unknown[]) => {
              const bound = target.prepare(sql).bind(...values)
              return {
                first: () => bound.first(),
                all: () => bound.all(),
                run: () =>
                  strike(`${sql} ${JSON.stringify(values.filter((value) => typeof value !== 'number'))}`, () =>
                    bound.run(),
                  ),
              }
            },
          })
        },
      })
      return { ...env, DB }
    },
  }
}
