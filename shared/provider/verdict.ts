/** What verification says. A refused call leaves nothing behind but a count of its reason. */
export const REFUSALS = {
  not_configured: 'the source has no secret, address or allow list that the scheme needs',
  missing: 'the signature or credential is not there',
  malformed: 'the signature, its time or the body cannot be read',
  mismatch: 'no secret of the source made this signature',
  stale: 'the signed time is outside the accepted window',
  replayed: 'a single-use token came again with another body',
  not_allowed: 'the sender is not on the source’s allow list',
} as const
export type Refusal = keyof typeof REFUSALS

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal }

export const VERIFIED: Verdict = { ok: true }

export function refused(refusal: Refusal): Verdict {
  return { ok: false, refusal }
}

/** Seconds both ways that a signed time may differ from ours, where retries are signed again. */
export const FRESH_SECONDS = 300

/** @param maxAgeSeconds how old; how far ahead is always FRESH_SECONDS: clocks differ, but nobody signs tomorrow */
export function isFresh(signedMs: number, now: number, maxAgeSeconds = FRESH_SECONDS): boolean {
  return signedMs >= now - maxAgeSeconds * 1_000 && signedMs <= now + FRESH_SECONDS * 1_000
}
