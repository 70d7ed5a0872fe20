/** What a process that is killed throws in a test. */
export class Killed extends Error {}

/** A bucket whose caller is killed at its n-th call: just before the call, or just after it took effect. */
export function killedBucket(bucket: R2Bucket, n: number, when: 'before' | 'after'): R2Bucket {
  let calls = 0
  return new Proxy(bucket, {
    get(target, property) {
      const value = Reflect.get(target, property) as unknown
      if (typeof value !== 'function') return value
      return async (...args: unknown[]) => {
        calls += 1
        // Who is dead calls nothing any more.
        if (calls > n || (calls === n && when === 'before')) throw new Killed(`at call ${n}`)
        const answer: unknown = await value.apply(target, args)
        if (calls === n) throw new Killed(`after call ${n}`)
        return answer
      }
    },
  })
}
