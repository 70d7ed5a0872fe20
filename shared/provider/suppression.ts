import type { MessageEvent, SuppressionMirror } from './hook-event.ts'

/**
 * What an event means for later sends (contracts/providers.md §1): a hard bounce suppresses the address on its channel, a
 * complaint all marketing, an unsubscription its scope. A provider's own refusal is a mirror of what it knew before. A
 * delivery lifts nothing.
 */
export interface SuppressionEffect {
  readonly kind: 'suppress' | 'lift' | 'soft_bounce' | 'mirror'
  readonly channel: MessageEvent['channel']
  /** `all`: nothing may be sent there; `marketing`: transactional mail still may; else a group, tag, stream or topic. */
  readonly scope: string
}

export function suppressionOf(event: MessageEvent | SuppressionMirror): SuppressionEffect | undefined {
  const { channel } = event
  if (event.kind === 'mirror') return { kind: event.suppressed ? 'mirror' : 'lift', channel, scope: 'all' }
  switch (event.type) {
    case 'bounced':
      return { kind: event.bounce === 'hard' ? 'suppress' : 'soft_bounce', channel, scope: 'all' }
    case 'complained':
      return { kind: 'suppress', channel, scope: 'marketing' }
    case 'unsubscribed':
      return { kind: 'suppress', channel, scope: scopeOf(event) }
    case 'resubscribed':
      return { kind: 'lift', channel, scope: scopeOf(event) }
    case 'failed':
      return event.reason === 'suppressed' ? { kind: 'mirror', channel, scope: 'all' } : undefined
    default:
      return undefined
  }
}

function scopeOf(event: MessageEvent): string {
  return event.scope ?? 'marketing'
}
