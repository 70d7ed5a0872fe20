import { bronzeKey } from '../shared/lake/lake-key.ts'
import type { PlacedLine } from '../shared/lake/split-lines.ts'
import { eraseFromObject } from './erase-archive.ts'
import { erasedLately, isTheirs } from './erased-person.ts'

/** Copies of people who were erased while these were on their way: they go here, and out of bronze. */
export async function withoutErased(
  env: Env,
  workspace: string,
  lines: readonly PlacedLine[],
  country: string | undefined,
  now: number,
): Promise<readonly PlacedLine[]> {
  const people = await erasedLately(env, workspace, now)
  if (people.length === 0) return lines
  const tests = people.map((person) => isTheirs(env, workspace, person, country))
  const isOfErased = (line: PlacedLine['line']) => isContent(line) && tests.some((test) => test(line))
  const left = lines.filter(({ line }) => !isOfErased(line))
  if (left.length === lines.length) return lines
  const objects = new Set(lines.filter(({ line }) => isOfErased(line)).map(({ object }) => object))
  for (const { stream, hour, name } of objects)
    await eraseFromObject(env.LAKE, bronzeKey(stream, hour, name), isOfErased)
  return left
}

/** What was refused since is a line without content, and counts. */
export function isContent(line: PlacedLine['line']): boolean {
  return line['item'] !== undefined || line['event'] !== undefined
}
