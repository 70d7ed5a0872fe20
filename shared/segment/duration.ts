import { z } from 'zod'
import { parseDuration, parseInstant } from '../kernel/instant.ts'
import { quoted } from './words.ts'

/** The two ways in which a condition names time: a duration (`7d`) and an instant (ISO 8601), checked and read. */

/** Whole milliseconds, because instants are (`0.5ms` is rounded); undefined for what is no duration. */
export function durationMs(text: unknown): number | undefined {
  const ms = parseDuration(text)
  return ms === undefined ? undefined : Math.round(ms)
}

const NO_DURATION = 'is no duration: it must be one such as "90s", "24h", "7d" or "2w", at most 100 years'
const NO_INSTANT = 'is no instant: it must be one in ISO 8601, such as "2026-03-15T12:00:00Z"'

/** What was given, not at any length. */
function shown(input: unknown): string {
  return quoted(String(input).slice(0, 40))
}

/** A duration, zero included. */
export const Duration = z
  .string()
  .refine((text) => durationMs(text) !== undefined, { error: ({ input }) => `${shown(input)} ${NO_DURATION}` })

/** A duration longer than zero. */
export const Stretch = Duration.refine((text) => durationMs(text) !== 0, 'must be longer than zero')

export const Instant = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, { error: ({ input }) => `${shown(input)} ${NO_INSTANT}` })

const WORDS: Readonly<Record<string, string>> = {
  ms: 'millisecond',
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
}

/** `7d` in words: `7 days`. */
export function durationInWords(text: string): string {
  const m = /^([\d.]+)([a-z]+)$/.exec(text)
  const word = m && WORDS[m[2] as string]
  if (!m || !word) return text
  const amount = Number(m[1])
  return `${amount} ${word}${amount === 1 ? '' : 's'}`
}
