import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inParallel } from './in-parallel.ts'

describe('inParallel', () => {
  it('does everything, never more than so many at once', async () => {
    let [running, most] = [0, 0]
    const done: number[] = []
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
      most = Math.max(most, ++running)
      await sleep(1)
      running--
      done.push(n)
    })
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(3)
  })

  it('starts nothing new after an error, and fails with it', async () => {
    const started: number[] = []
    const work = async (n: number) => {
      started.push(n)
      await sleep(1)
      if (n === 2) throw new Error('two')
    }
    await expect(inParallel([1, 2, 3, 4, 5, 6, 7, 8], 2, work)).rejects.toThrow('two')
    expect(started.length).toBeLessThan(8)
  })
})
