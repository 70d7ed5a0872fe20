import type { JsonValue } from '../kernel/json.ts'
import type { Result } from '../kernel/result.ts'
import type { HookEvent } from './hook-event.ts'
import type { HookRequest, HookSettings } from './hook-request.ts'
import type { HookTools } from './hook-tools.ts'
import type { Verdict } from './verdict.ts'

/**
 * A provider is a value: it says how a call is verified, taken apart and put into our words. It calls no network, keeps
 * no state and knows no clock.
 *
 *   verify   bytes, headers and settings → verdict; nothing is read out of the body that the scheme does not need
 *   read     a verified body → its records, so that a bad one fails alone
 *   tell     one record → what happened
 */
export interface Provider {
  readonly name: ProviderName
  readonly title: string
  /** How it proves who it is, for the docs. */
  readonly scheme: string
  /** Settings of the source without which nothing can be verified: one of each inner list. */
  readonly needs: readonly (readonly (keyof HookSettings)[])[]
  /** Headers that `read` and `tell` look at: kept with the raw body, all others are not. */
  readonly keeps: readonly string[]
  readonly verify: (
    request: HookRequest,
    settings: HookSettings,
    tools: HookTools,
    now: number,
  ) => Verdict | Promise<Verdict>
  readonly read: (hook: KeptHook, tools: HookTools) => Result<readonly JsonValue[], string>
  readonly tell: (record: JsonValue, hook: KeptHook, tools: HookTools) => Result<readonly HookEvent[], string>
  /** What the provider expects to hear. */
  readonly answers: { readonly good: Answer; readonly refused: 401 | 403 | 406 }
  /** Where the answer depends on what was asked; else `answers.good`. */
  readonly answer?: (request: Pick<HookRequest, 'headers'>) => Answer
  /** A token that may be used once, where the scheme does not sign the body. */
  readonly singleUse?: (request: HookRequest) => string | undefined
  /** Calls that are answered at once and never kept: verification requests and probes. */
  readonly handshake?: (request: HookRequest, settings: HookSettings, tools: HookTools) => Answer | undefined
}

export interface Answer {
  readonly status: number
  readonly contentType?: string
  readonly body?: string
}

/** A verified call as it is kept until it is read. */
export interface KeptHook {
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** When it reached the edge. */
  readonly receivedAt: number
}

export const PROVIDER_NAMES = [
  'sendgrid',
  'mailgun',
  'postmark',
  'ses',
  'resend',
  'brevo',
  'mandrill',
  'twilio',
  'meta',
  'hubspot',
  'shopify',
  'stripe',
  'salesforce',
  'standard-webhooks',
] as const
export type ProviderName = (typeof PROVIDER_NAMES)[number]

export const OK_ANSWER: Answer = { status: 200 }

export function defineProvider(provider: Provider): Provider {
  return provider
}
