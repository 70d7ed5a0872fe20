import { describe, expect, it } from 'vitest'
import type { CodeCall, CodeReply } from '../../platform/customer-code-load.ts'
import { codeRunner } from './code-runner.ts'

const call = (code: string): CodeCall => ({
  workspace: 'ws',
  code,
  allow: [],
  timeoutMs: 100,
  body: '{}',
  mostBytes: 10,
})

/** Processes that stand still while they run `loop`, end with `crash`, and else answer the code. */
function ports() {
  const log: string[] = []
  let opened = 0
  const open = async () => {
    const id = ++opened
    log.push(`open ${id}`)
    let stopped = false
    return {
      async ask({ code }: CodeCall): Promise<CodeReply> {
        log.push(`${id} runs ${code}`)
        stopped ||= code === 'loop'
        if (code === 'crash') throw new Error('gone')
        if (stopped) return new Promise(() => {})
        return { kind: 'text', text: code }
      },
      async kill() {
        log.push(`kill ${id}`)
      },
    }
  }
  const sleep = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms / 100))
  return { log, open, sleep, now: Date.now }
}

describe('the code runner', () => {
  it('starts a process when there is something to run, and keeps it', async () => {
    const fake = ports()
    const runner = codeRunner(fake)
    expect(fake.log).toEqual([])
    expect(await runner.run(call('a'))).toEqual({ kind: 'text', text: 'a' })
    expect(await runner.run(call('b'))).toEqual({ kind: 'text', text: 'b' })
    await runner.stop()
    expect(fake.log).toEqual(['open 1', '1 runs a', '1 runs b', 'kill 1'])
  })

  it('kills a process that stands still, and tries alone whoever was in it', async () => {
    const fake = ports()
    const runner = codeRunner(fake)
    const [loop, a, b] = await Promise.all(['loop', 'a', 'b'].map((code) => runner.run(call(code))))
    expect(loop).toEqual({ kind: 'failed', reason: 'timeout', detail: 'no answer within 100 ms' })
    expect([a, b]).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ])
    expect(fake.log.filter((line) => line.endsWith('runs loop'))).toEqual(['1 runs loop', '2 runs loop'])
  })

  it('lets what stood still alone disturb nobody any more', async () => {
    const fake = ports()
    const runner = codeRunner(fake)
    await runner.run(call('loop'))
    const [again, a] = await Promise.all([runner.run(call('loop')), runner.run(call('a'))])
    expect(again).toMatchObject({ reason: 'timeout' })
    expect(a).toEqual({ kind: 'text', text: 'a' })
    expect(fake.log.filter((line) => line.endsWith('runs a')).length).toBe(1)
  })

  it('says what ended its process', async () => {
    const runner = codeRunner(ports())
    expect(await runner.run(call('crash'))).toMatchObject({ kind: 'failed', reason: 'limit' })
    expect(await runner.run(call('a'))).toEqual({ kind: 'text', text: 'a' })
  })

  it('tries again to start what did not start, and starts nothing when it is stopped', async () => {
    const fake = ports()
    let broken = true
    const open = () => (broken ? Promise.reject(new Error('no workerd')) : fake.open())
    const runner = codeRunner({ ...fake, open })
    expect(await runner.run(call('a'))).toMatchObject({
      reason: 'unavailable',
      detail: expect.stringContaining('no workerd'),
    })
    broken = false
    expect(await runner.run(call('a'))).toEqual({ kind: 'text', text: 'a' })
    await runner.stop()
    expect(await runner.run(call('a'))).toMatchObject({ reason: 'unavailable' })
  })
})
