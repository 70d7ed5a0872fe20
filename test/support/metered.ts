import { hookedEnv } from './hooked-env.ts'

/**
 * Counts what the platform would bill, as it happens in local workerd, whose row counts follow the billing rules: rows
 * written by SQL and by alarms, queue operations by 64 KB, calls on Durable Objects, R2 class A operations.
 */
export interface Bill {
  rowsWritten: number
  alarms: number
  objectRequests: number
  queueOperations: number
  r2Writes: number
}

/** Counts rows written and read by every object of this isolate while `work` runs (tests share the isolate with the objects). */
export async function rowsWrittenDuring(sql: SqlStorage, storage: DurableObjectStorage, work: () => Promise<void>) {
  const counted = { rows: 0, read: 0, alarms: 0 }
  const sqlClass = Object.getPrototypeOf(sql) as { exec: SqlStorage['exec'] }
  const storageClass = Object.getPrototypeOf(storage) as { setAlarm: DurableObjectStorage['setAlarm'] }
  const { exec } = sqlClass
  const { setAlarm } = storageClass
  sqlClass.exec = function (this: SqlStorage, ...args: Parameters<SqlStorage['exec']>) {
    const cursor = exec.apply(this, args)
    counted.rows += cursor.rowsWritten
    counted.read += cursor.rowsRead
    return cursor
  } as SqlStorage['exec']
  storageClass.setAlarm = function (this: DurableObjectStorage, ...args: Parameters<DurableObjectStorage['setAlarm']>) {
    counted.alarms += 1
    return setAlarm.apply(this, args)
  }
  try {
    await work()
  } finally {
    sqlClass.exec = exec
    storageClass.setAlarm = setAlarm
  }
  return counted
}

/** The environment with every billed call counted into `bill`. */
export function metered(env: Env, bill: Bill): Env {
  return hookedEnv(env, {
    object(work) {
      bill.objectRequests += 1
      return work()
    },
    send(work, messages) {
      for (const { body } of messages) bill.queueOperations += operationsOf(Buffer.byteLength(String(body)))
      return work()
    },
    put(work) {
      bill.r2Writes += 1
      return work()
    },
  })
}

/** A message is written, read and deleted: three operations for each 64 KB begun. */
export function operationsOf(bytes: number): number {
  return 3 * Math.ceil(bytes / 64_000)
}
