import { outboundRules } from '../../platform/outbound-address.ts'
import { refusedServerName } from '../../platform/warehouse-open.ts'
import type { Failure } from '../../shared/kernel/failure.ts'
import type { Result } from '../../shared/kernel/result.ts'
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
  if (!rules.local && checked.value['tls'] === 'off')
    refused.push({ path: 'settings.tls', message: 'must be require: passwords and people go over the Internet' })
  return refused.length > 0 ? unprocessable(refused) : checked
}
