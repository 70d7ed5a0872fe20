import type { JobDocument } from '../../shared/contract/read-job.ts'
import { isObject } from '../../shared/kernel/json.ts'

/** What a job came to, in one line: `replay job_… done: replayed 12, duplicates 3`. */
export function jobLine({ kind, id, state, done, total, errors, result }: JobDocument): string {
  const numbers = isObject(result)
    ? Object.entries(result).filter(([, value]) => typeof value === 'number' || typeof value === 'string')
    : []
  const said = numbers.length > 0 ? numbers.map(([name, value]) => `${words(name)} ${value}`) : [`${done} of ${total}`]
  if (errors > 0 && numbers.length === 0) said.push(`errors ${errors}`)
  return `${kind} ${id} ${state}: ${said.join(', ')}`
}

/** `inSegment` → `in segment`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
