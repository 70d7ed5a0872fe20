import type { CodeCall, CodeReply } from '../../platform/customer-code-load.ts'
import type { CodeProcess } from './code-process.ts'

/**
 * Runs customer code for a local Tributary. Only Cloudflare stops a loop: the local runtime stands still with it, so
 * customer code has a process of its own, which is killed when it does not answer.
 *
 * Who stopped it cannot be seen from outside, so whoever was in there is tried again one by one, in a second process.
 * What stops that one is guilty, answers `timeout`, and runs nowhere else from then on: it disturbs nobody any more. Both
 * processes start when they are needed.
 */
export interface CodeRunner {
  /** Never rejects. */
  run(call: CodeCall): Promise<CodeReply>
  stop(): Promise<void>
}

export interface CodeRunnerPorts {
  open(): Promise<CodeProcess>
  /** Epoch milliseconds. */
  now(): number
  sleep(ms: number): Promise<void>
}

/** The process itself answers `timeout` to what only waits; after so much longer it has stopped. */
const GRACE_MS = 1_000
/** Nobody waits longer for an answer (platform/customer-code.ts). */
const MOST_WAIT_MS = 50_000
const MOST_GUILTY = 1_000

export function codeRunner(ports: CodeRunnerPorts): CodeRunner {
  const common = room(ports)
  const alone = room(ports)
  const guilty = new Set<string>()
  let turn: Promise<unknown> = Promise.resolve()

  async function oneByOne(call: CodeCall): Promise<CodeReply> {
    const since = ports.now()
    const mine = turn.then(async (): Promise<CodeReply> => {
      if (ports.now() - since > MOST_WAIT_MS) return failed('unavailable', 'too much customer code waits for its turn')
      const reply = await alone.ask(call)
      if (typeof reply === 'object') return reply
      if (guilty.size >= MOST_GUILTY) guilty.clear()
      guilty.add(nameOf(call))
      return reply === 'hung'
        ? failed('timeout', `no answer within ${call.timeoutMs} ms`)
        : failed('limit', 'the process that ran it ended; it may have used up its memory')
    })
    turn = mine.catch(() => {})
    return mine
  }

  return {
    async run(call) {
      try {
        if (guilty.has(nameOf(call))) return await oneByOne(call)
        const reply = await common.ask(call)
        return typeof reply === 'object' ? reply : await oneByOne(call)
      } catch (fault) {
        return failed('unavailable', `the process for customer code does not start: ${fault}`)
      }
    },
    async stop() {
      await Promise.all([common.close(), alone.close()])
    },
  }
}

/** A place with a process in it, another one after each that was killed. */
function room({ open, sleep }: CodeRunnerPorts) {
  let current: Promise<CodeProcess> | undefined
  let closed = false
  const leave = async (opened: Promise<CodeProcess>) => {
    if (current === opened) current = undefined
    await (await opened).kill()
  }
  return {
    /** @throws when no process can be started */
    async ask(call: CodeCall): Promise<CodeReply | 'hung' | 'gone'> {
      if (closed) return failed('unavailable', 'this Tributary is shutting down')
      const opened = (current ??= open())
      const process = await opened.catch((fault) => {
        if (current === opened) current = undefined
        throw fault
      })
      const reply = await Promise.race([
        process.ask(call).catch(() => 'gone' as const),
        sleep(call.timeoutMs + GRACE_MS).then(() => 'hung' as const),
      ])
      if (typeof reply !== 'object') await leave(opened)
      return reply
    },
    async close(): Promise<void> {
      closed = true
      if (current) await leave(current).catch(() => {}) // It never started.
    },
  }
}

function nameOf({ workspace, code, allow }: CodeCall): string {
  return JSON.stringify([workspace, code, allow])
}

function failed(reason: 'timeout' | 'limit' | 'unavailable', detail: string): CodeReply {
  return { kind: 'failed', reason, detail }
}
