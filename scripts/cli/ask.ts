import { createInterface } from 'node:readline/promises'

/** Whether there is somebody to ask. */
export function isPersonThere(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** A question to be answered with y or n; whatever else is said, and Ctrl-C, is a no. */
export async function isSure(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const stopped = new AbortController()
  lines.once('SIGINT', () => stopped.abort())
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal: stopped.signal })).trim())
  } catch {
    return false // nobody answered
  } finally {
    lines.close()
  }
}
