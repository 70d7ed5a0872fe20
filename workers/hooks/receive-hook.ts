import { ConfigStore } from '../../platform/config-store.ts'
import { enqueueIngest } from '../../platform/event-queues.ts'
import { isInRanges } from '../../platform/ip-ranges.ts'
import { log } from '../../platform/log.ts'
import { waitFor } from '../../platform/rate-limit.ts'
import { spillIngest } from '../../platform/spill.ts'
import { hookTokensStub } from '../../platform/stubs.ts'
import { certificatesFrom } from '../../platform/webhook-certificates.ts'
import { hookSettings } from '../../platform/webhook-settings.ts'
import { webhookTools } from '../../platform/webhook-tools.ts'
import type { SourceConfig } from '../../shared/config/workspace-config.ts'
import { type HookSender, hookSenderOf } from '../../shared/connector/hook-provider.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { err, ok, type Result } from '../../shared/kernel/result.ts'
import { toHex } from '../../shared/provider/encoding.ts'
import type { HookRequest, HookSettings } from '../../shared/provider/hook-request.ts'
import type { HookTools } from '../../shared/provider/hook-tools.ts'
import { refused, type Verdict } from '../../shared/provider/verdict.ts'
import { confirmSubscription } from './confirm-subscription.ts'
import { countRefusal } from './count-refusals.ts'
import * as answers from './hook-answers.ts'
import type { HookPath } from './hook-path.ts'
import { packHook } from './pack-hook.ts'
import { readHook } from './read-hook.ts'

/**
 * `POST /hooks/{provider}/{sourceId}`, read top to bottom: whose it is, the bytes, is it true, make it durable, answer.
 * Nothing of an unverified body is stored, and what it means is found out later, in the consumer.
 */
export interface HookPorts {
  /** For what a verified message asks us to fetch: certificates and confirmations of SNS. */
  readonly fetch: typeof fetch
  readonly now: () => number
}

const PORTS: HookPorts = { fetch: (...call) => fetch(...call), now: Date.now }

export async function receiveHook(request: Request, env: Env, path: HookPath, ports = PORTS): Promise<Response> {
  const requestId = crypto.randomUUID()
  try {
    return await received(request, env, path, requestId, ports)
  } catch (fault) {
    log.error('hooks: a call failed', { correlation_id: requestId, fault })
    // A provider takes any other 5xx for the same, but this one says when to come again.
    return answers.failed(failure('unavailable', 'something broke on our side; please send this again'), requestId)
  }
}

async function received(
  request: Request,
  env: Env,
  path: HookPath,
  requestId: string,
  ports: HookPorts,
): Promise<Response> {
  const now = ports.now()
  const found = await hookSource(env, path, request, now)
  if (!found.ok) return answers.failed(found.failure, requestId)
  const { source, provider } = found.value
  const hook = await readHook(request)
  if (!hook) return answers.failed(answers.TOO_LARGE, requestId)
  const configured = hookSettings(env.IDENTITY_SECRET, source)
  // Without an address of its own the source is where it was found; a proxy that renames us must be told of.
  const settings = { ...configured, publicUrl: configured.publicUrl ?? request.url.split('?', 1)[0] }
  const tools = webhookTools(certificatesFrom(ports.fetch))
  const shaken = provider.handshake?.(hook, settings, tools)
  if (shaken) return answers.answered(shaken, requestId)
  if (request.method !== 'POST') return answers.failed(answers.WRONG_METHOD, requestId)

  const verdict = await verified({ provider, hook, settings, tools, now, source, env })
  if (!verdict.ok) {
    countRefusal(env, source.workspace, provider.name, verdict.refusal)
    return answers.refusedCall(provider.answers.refused, requestId)
  }
  if (provider.name === 'ses' && !(await confirmSubscription(hook.text, settings.topicArns ?? [], ports.fetch))) {
    return answers.failed(answers.TRY_LATER, requestId)
  }
  const texts = packHook(provider, hook, { requestId, source: source.id, receivedAt: now }, tools)
  if (!(await isDurable(env, texts, source, requestId, now))) return answers.failed(answers.TRY_LATER, requestId)
  return answers.answered(provider.answer?.(hook) ?? provider.answers.good, requestId)
}

interface HookSource {
  readonly source: SourceConfig
  readonly provider: HookSender
}

/** A source that is not a webhook of this provider answers like one that does not exist. */
async function hookSource(
  env: Env,
  path: HookPath,
  request: Request,
  now: number,
): Promise<Result<HookSource, Failure>> {
  const provider = hookSenderOf(path.provider)
  if (!provider) return err(answers.NO_SUCH_HOOK)
  const source = await new ConfigStore(env.DB).source(path.source)
  if (source === 'unreadable') return err(answers.TRY_LATER)
  if (source === 'unknown' || source.kind !== 'webhook' || source.provider !== provider.name)
    return err(answers.NO_SUCH_HOOK)
  if (!source.enabled) return err(answers.NO_SUCH_HOOK)
  const { allowedIps = [], rateLimitPerMinute } = source.settings
  if (allowedIps.length > 0 && !isInRanges(request.headers.get('CF-Connecting-IP'), allowedIps))
    return err(answers.NOT_ALLOWED_IP)
  const retryAfterSeconds = rateLimitPerMinute === undefined ? 0 : waitFor(source.id, rateLimitPerMinute, now)
  if (retryAfterSeconds === 0) return ok({ source, provider })
  return err({ ...failure('rate_limited', 'this source takes no more calls for the moment'), retryAfterSeconds })
}

interface Unverified extends HookSource {
  readonly hook: HookRequest
  readonly settings: HookSettings
  readonly tools: HookTools
  readonly now: number
  readonly env: Env
}

/** How long a used token is remembered where the source says no maximum age: longer than any retry. */
const TOKEN_SECONDS = 10 * 3_600

async function verified({ provider, hook, settings, tools, now, source, env }: Unverified): Promise<Verdict> {
  const verdict = await provider.verify(hook, settings, tools, now)
  const token = verdict.ok ? provider.singleUse?.(hook) : undefined
  if (token === undefined) return verdict
  // A body that came before passes: its first copy may not have become durable, and the ids of its events do the rest.
  const keepMs = Math.max(settings.maxAgeSeconds ?? 0, TOKEN_SECONDS) * 1_000
  const use = await hookTokensStub(env, source.workspace, source.id, token).use(
    token,
    toHex(tools.sha256([hook.bytes])),
    now,
    keepMs,
  )
  return use === 'replayed' ? refused('replayed') : verdict
}

async function isDurable(
  env: Env,
  texts: readonly string[],
  source: SourceConfig,
  requestId: string,
  now: number,
): Promise<boolean> {
  if (texts.length === 0) return true
  const left = await enqueueIngest(env, texts, source.id, requestId)
  return left.length === 0 || spillIngest(env, left, { owner: source.workspace, requestId, receivedAt: now })
}
