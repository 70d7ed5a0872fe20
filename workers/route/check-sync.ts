import { outboundRules, refusedUrl } from '../../platform/outbound-address.ts'
import { refusedServerName } from '../../platform/warehouse-open.ts'
import type { Failure } from '../../shared/kernel/failure.ts'
import { isObject } from '../../shared/kernel/json.ts'
import type { Result } from '../../shared/kernel/result.ts'
import { keyIn } from '../../shared/warehouse/type/bigquery.ts'
import type { WarehouseType } from '../../shared/warehouse/warehouse.ts'
import type { Call } from '../http/serve.ts'
import { unprocessable } from './check-condition.ts'
import { checkSettings } from './check-destination.ts'

type Settings = Readonly<Record<string, unknown>>

/** Settings as the type wants them, and servers that may be called; 422 with the path otherwise. */
export function checkSyncSettings(call: Call, type: WarehouseType, settings: Settings): Result<Settings, Failure> {
  const checked = checkSettings(call, type, settings)
  if (!checked.ok) return checked
  const rules = outboundRules(call.env)
  const refused = type.hosts.flatMap((name) => {
    const message = refusedServerName(String(checked.value[name]), rules)
    return message === undefined ? [] : [{ path: `settings.${name}`, message: message.replace('https', 'a name') }]
  })
  for (const { path, url } of innerAddresses(checked.value)) {
    const message = refusedUrl(url, rules)
    if (message !== undefined) refused.push({ path, message })
  }
  if (!rules.local && checked.value['tls'] === 'off')
    refused.push({ path: 'settings.tls', message: 'must be require: passwords and people go over the Internet' })
  return refused.length > 0 ? unprocessable(refused) : checked
}

/** Addresses that stand inside of settings: of streams by table, and where a service account gets its tokens. */
function innerAddresses({ streams, key }: Settings): readonly { readonly path: string; readonly url: string }[] {
  const account = typeof key === 'string' ? keyIn(key) : undefined
  return [
    ...(isObject(streams) ? Object.entries(streams) : []).map(([table, url]) => ({
      path: `settings.streams.${table}`,
      url: String(url),
    })),
    ...(account ? [{ path: 'settings.key', url: account.token_uri }] : []),
  ]
}
