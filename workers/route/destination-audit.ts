import type { DestinationType } from '../../shared/destination/destination-type.ts'

/** A change as the audit log may keep it: that a secret was set, never which. */
export function withoutSecretSettings(
  { secrets }: Pick<DestinationType, 'secrets'>,
  body: { readonly settings?: Readonly<Record<string, unknown>> | undefined },
): Record<string, unknown> {
  if (!body.settings) return { ...body }
  const settings = Object.entries(body.settings).map(([name, value]) => [
    name,
    secrets.includes(name) && value !== null ? 'set' : value,
  ])
  return { ...body, settings: Object.fromEntries(settings) }
}
