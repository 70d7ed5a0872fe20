import { CONNECTORS, connectorOf } from '../../shared/connector/index.ts'
import { type Failure, failure } from '../../shared/kernel/failure.ts'
import { providerOf, providers } from '../../shared/provider/index.ts'

/** Why nobody of this name can post to a webhook: its address would answer nothing, and nobody would see why. */
export function unknownProvider(name: string | null | undefined): Failure | undefined {
  if (name == null || providerOf(name) || connectorOf(name, 'streaming')) return undefined
  const streaming = CONNECTORS.filter(({ type }) => type === 'streaming').map((connector) => connector.name)
  const message = `must be one of ${[...Object.keys(providers), ...streaming].join(', ')}`
  return failure('unprocessable', `provider ${message}`, [{ path: 'provider', message }])
}
