import { exports } from 'cloudflare:workers'
import type { JsonObject } from '../shared/kernel/json.ts'

import { refusedHost } from './customer-code-fetch.ts'
import { readAnswer, writeCall } from './customer-code-lines.ts'
import type { CodeCall, CodeReply } from './customer-code-load.ts'
import { CODE_LIMITS, type CodeAnswer, type CodeFailure, type CustomerCode } from './customer-code-types.ts'
import { outboundRules } from './outbound-address.ts'
import { patience } from './patience.ts'

/**
 * Runs JavaScript that a customer wrote (docs/pipeline.md, "Customer code"): once for a whole batch, in an isolate of the
 * workspace's own, without our bindings, without network but for the hosts it names, and no longer than its time.
 *
 * Every call is an invocation of its own of this Worker (workers/customer-code), because an invocation may have four
 * different dynamic Workers at once: however many codes a batch has, each invocation has one. A local Tributary has a
 * process for it instead (scripts/local/code-runner.ts), since only Cloudflare stops a loop.
 *
 * Never rejects. `limit` and `unavailable` are worth another try; everything else is the code's own doing.
 */
export async function runCustomerCode(
  env: Env,
  code: CustomerCode,
  events: readonly JsonObject[],
): Promise<CodeAnswer> {
  const fault = boundsFault(env, code, events.length)
  if (fault) return fault
  const given = writeCall(code.settings, events)
  if (given.mostBytes > CODE_LIMITS.givenBytes) return refusal('too_large', 'the events of a call are too much at once')
  const { workspace, allow, timeoutMs } = code
  const reply = await ask(env, {
    workspace,
    code: code.code,
    allow,
    timeoutMs,
    body: given.body,
    mostBytes: given.mostBytes,
  })
  return reply.kind === 'text' ? readAnswer(reply.text, given) : { ...reply, logs: [] }
}

export interface CodeFault {
  readonly reason: CodeFailure
  readonly detail: string
  /** From 1, when it is known. */
  readonly line?: number
}

/** What is wrong with code before it is saved: it is loaded as it would be for a batch, without an event. */
export async function checkCustomerCode(env: Env, code: CustomerCode): Promise<CodeFault | undefined> {
  const answer = await runCustomerCode(env, code, [])
  if (answer.kind === 'done') return undefined
  const { reason, detail, line } = answer
  return { reason, detail, ...(line === undefined ? {} : { line }) }
}

/** What the way there and back may take on top of the code's own time. */
const SLACK_MS = 1_000
/** The local process may have to be started again, and others be tried one by one. */
const RUNNER_SLACK_MS = 60_000

async function ask(env: Env, call: CodeCall): Promise<CodeReply> {
  // Only a local Tributary has it, so wrangler.toml does not name it.
  const { CODE_RUNNER: runner } = env as Env & { readonly CODE_RUNNER?: Fetcher }
  if (!runner && !env.LOADER) return { kind: 'failed', reason: 'unavailable', detail: UNAVAILABLE }
  const waited = runner
    ? await patience(call.timeoutMs + RUNNER_SLACK_MS, askRunner(runner, call))
    : await patience(call.timeoutMs + SLACK_MS, inRoom(call))
  if (waited.kind === 'done') return waited.value
  if (waited.kind === 'hung')
    return { kind: 'failed', reason: 'timeout', detail: `no answer within ${call.timeoutMs} ms` }
  return { kind: 'failed', reason: 'unavailable', detail: `customer code could not be called: ${waited.fault}` }
}

const UNAVAILABLE =
  'customer code cannot run here: wrangler.toml has no binding LOADER ([[worker_loaders]]), and this is no `npm start`'

/** RPC types give every field a promise and a disposer, which plain data do not have. */
function inRoom(call: CodeCall): Promise<CodeReply> {
  return exports.CustomerCodeRoom.run(call) as unknown as Promise<CodeReply>
}

async function askRunner(runner: Fetcher, call: CodeCall): Promise<CodeReply> {
  const response = await runner.fetch('http://code-runner/', { method: 'POST', body: JSON.stringify(call) })
  if (!response.ok) throw new Error(`the code runner answered ${response.status}`)
  // Our own launcher made it (scripts/local/code-runner.ts).
  return (await response.json()) as CodeReply
}

function boundsFault(env: Env, code: CustomerCode, events: number): CodeAnswer | undefined {
  const { codeBytes, allow, timeoutMs } = CODE_LIMITS
  if (Buffer.byteLength(code.code) > codeBytes) return refusal('too_large', `code has at most ${codeBytes} bytes`)
  if (events > CODE_LIMITS.events) return refusal('too_large', `a call has at most ${CODE_LIMITS.events} events`)
  if (!(code.timeoutMs > 0 && code.timeoutMs <= timeoutMs)) {
    return refusal('limit', `customer code has between 1 and ${timeoutMs} ms, not ${code.timeoutMs}`)
  }
  if (code.allow.length > allow) return refusal('not_allowed', `code may call at most ${allow} hosts`)
  for (const host of code.allow) {
    const refused = refusedHost(host, outboundRules(env))
    if (refused) return refusal('not_allowed', `the host ${host} ${refused}`)
  }
  return undefined
}

function refusal(reason: CodeFailure, detail: string): CodeAnswer {
  return { kind: 'failed', reason, detail, logs: [] }
}
