import type { CodeFailure } from './customer-code-types.ts'
import { WRAPPER } from './customer-code-wrapper.ts'
import { contentHash } from './hashing.ts'

/** One call of a customer's module, in the words of the room that runs it. */
export interface CodeCall {
  readonly workspace: string
  readonly code: string
  readonly allow: readonly string[]
  readonly timeoutMs: number
  /** What the wrapper reads. */
  readonly body: string
  /** More is not read of what it answers. */
  readonly mostBytes: number
}

/** What the wrapper said, unread, or why there is nothing. */
export type CodeReply =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: CodeFailure; readonly detail: string; readonly line?: number }

/**
 * Of before Node's modules are there unasked. Customers' modules were written against it: it stays when the program's
 * own date moves.
 */
const COMPATIBILITY_DATE = '2026-07-01'
const SUBREQUESTS = 50

/**
 * Loads the module into an isolate that only this workspace's same code and hosts share, and calls it once. The timer is
 * ours: when it rings the call is aborted, which frees its place. Never rejects.
 */
export async function callLoaded(
  loader: WorkerLoader,
  outbound: (allow: readonly string[]) => Fetcher,
  call: CodeCall,
): Promise<CodeReply> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), call.timeoutMs)
  const answering = async (): Promise<CodeReply> => {
    for (;;) {
      try {
        return await answerOf(loader, outbound, call, stop.signal)
      } catch (fault) {
        // Nothing was run: a place may be free in a moment.
        if (!TOO_MANY.test(saidBy(fault)) || stop.signal.aborted) return judged(fault)
        await new Promise((resume) => setTimeout(resume, BUSY_MS))
      }
    }
  }
  try {
    return await Promise.race([answering(), untilAborted(stop.signal, call.timeoutMs)])
  } finally {
    clearTimeout(timer)
    stop.abort()
  }
}

/** Invocations have one each, so this is not expected; what counts as one is Cloudflare's to say. */
const TOO_MANY = /too many concurrent/i
const BUSY_MS = 25

async function answerOf(
  loader: WorkerLoader,
  outbound: (allow: readonly string[]) => Fetcher,
  { workspace, code, allow, timeoutMs, body, mostBytes }: CodeCall,
  signal: AbortSignal,
): Promise<CodeReply> {
  const id = `${workspace}:${contentHash(JSON.stringify([WRAPPER, code, allow]))}`
  const worker = loader.get(id, () => ({
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ['nodejs_als'],
    mainModule: 'tributary.js',
    modules: { 'tributary.js': WRAPPER, 'customer.js': code },
    env: {},
    globalOutbound: allow.length === 0 ? null : outbound(allow),
  }))
  const entrypoint = worker.getEntrypoint(undefined, { limits: { cpuMs: timeoutMs, subRequests: SUBREQUESTS } })
  const response = await entrypoint.fetch('https://customer.code/', { method: 'POST', body, signal })
  return readReply(response, mostBytes)
}

async function readReply(response: Response, mostBytes: number): Promise<CodeReply> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    parts.push(part)
    size += part.byteLength
    if (size > mostBytes)
      return { kind: 'failed', reason: 'too_large', detail: `answered more than ${mostBytes} bytes` }
  }
  return { kind: 'text', text: Buffer.concat(parts).toString('utf8') }
}

function untilAborted(signal: AbortSignal, ms: number): Promise<CodeReply> {
  const reply = { kind: 'failed', reason: 'timeout', detail: `no answer within ${ms} ms` } as const
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(reply), { once: true }))
}

/** What the runtime says when a Worker does not start or is stopped; the words are Cloudflare's. */
function judged(fault: unknown): CodeReply {
  const text = saidBy(fault)
  const failed = (reason: CodeFailure, detail = text.slice(0, 500)) => ({ kind: 'failed', reason, detail }) as const
  const place = /customer\.js:(\d+):\d+/.exec(text)
  const syntax = /SyntaxError: [^\n]*/.exec(text)
  if (syntax) return { ...failed('syntax', syntax[0]), ...(place ? { line: Number(place[1]) } : {}) }
  // What can never end is ended at once.
  if (/would never generate a response/.test(text)) return failed('timeout', 'it waits for what can never come')
  if (/exceeded.*(?:CPU|time limit)/i.test(text)) return failed('timeout')
  if (/memory|subrequest|too many/i.test(text)) return failed('limit')
  return failed('threw')
}

function saidBy(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
