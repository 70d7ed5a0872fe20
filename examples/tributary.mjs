import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The Tributary that the examples talk to: the local one of `npm start`, by the dev.json it writes, or the one that
 * TRIBUTARY_URL and TRIBUTARY_WRITE_KEY name.
 */
export function tributary() {
  const { TRIBUTARY_URL: url, TRIBUTARY_WRITE_KEY: writeKey, TRIBUTARY_STATE = '.tributary' } = process.env
  if (url && writeKey) return { url, writeKey }
  try {
    return JSON.parse(readFileSync(join(TRIBUTARY_STATE, 'dev.json'), 'utf8'))
  } catch {
    console.error('There is no Tributary here: run `npm start` first, in another terminal.')
    process.exit(1)
  }
}
