import { startErasure } from '../platform/start-erasure.ts'
import { profileStub } from '../platform/stubs.ts'
import type { CopyWork } from './copy.ts'

/**
 * Erasures that a provider asks for on behalf of a person, over a verified webhook (contracts/providers.md: HubSpot's
 * privacyDeletion, Shopify's customers/redact). Safe to repeat: who is erased is not there to be erased again.
 */
const ASKED: Readonly<Record<string, ReadonlySet<string>>> = {
  hubspot: new Set(['HubSpot Contact Erasure Requested']),
  shopify: new Set(['Shopify customers/redact']),
}

/** @throws when a store refuses: the batch comes again */
export async function eraseAsked(env: Env, copies: readonly CopyWork[]): Promise<void> {
  for (const { unit, event, placed, outcome } of copies) {
    const { source } = unit
    if (outcome?.kind !== 'applied' || source?.kind !== 'webhook' || !placed) continue
    if (!ASKED[source.provider ?? '']?.has(event?.name ?? '')) continue
    const scope = await profileStub(env, source.workspace, placed.profile).scope()
    if (scope.kind !== 'found') continue
    const actor = { env, workspace: source.workspace, tokenId: source.id, now: Date.now() }
    await startErasure(actor, placed.profile, scope.value, 'erase')
  }
}
