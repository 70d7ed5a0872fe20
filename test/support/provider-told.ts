import { webhookTools } from '../../platform/webhook-tools.ts'
import type { JsonValue } from '../../shared/kernel/json.ts'
import type { HookEvent } from '../../shared/provider/hook-event.ts'
import { providers } from '../../shared/provider/index.ts'
import type { KeptHook, ProviderName } from '../../shared/provider/provider.ts'

/** What a provider tells of one record, or why it does not understand it. */
export const tools = webhookTools(async () => undefined)
export const NOW = 1_790_000_000_000

export function told(name: ProviderName, record: unknown, hook: Partial<KeptHook> = {}): readonly HookEvent[] | string {
  const kept = { query: '', headers: {}, text: '', receivedAt: NOW, ...hook }
  const result = providers[name].tell(record as JsonValue, kept, tools)
  return result.ok ? result.value : result.failure
}
