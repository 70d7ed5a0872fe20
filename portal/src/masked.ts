/** What stands for a personal value that the server keeps from this role (shared/masking). */
const MASK = '•••••'
const MASKED_DAY = '••••-••-••'

export function isMasked(text: string): boolean {
  return text.includes(MASK) || text === MASKED_DAY
}
