import { isContent } from '../../platform/without-erased.ts'
import {
  CANONICAL,
  canonicalIdsOf,
  identifiersOfLine,
  type LineName,
  MESSAGE,
  namesOfLine,
} from '../../shared/lake/line-names.ts'
import type { PlacedLine } from '../../shared/lake/split-lines.ts'
import type { RoundCalls } from './round-calls.ts'

/** What the Worker knows of the names of a round: their keys, and whether they are somebody's who was erased. */
export interface KnownName {
  readonly key: string
  /** Lines that arrived until then are theirs; null: all of them; undefined: nobody was erased. */
  readonly until?: number | null
}

/** Below the limit of a request's body, in characters that may take several bytes. */
const MOST_NAMES = 8_000
const MOST_CHARS = 250_000

/** Asks for the names of lines that were not asked for before. */
export async function askNames(
  calls: RoundCalls,
  round: number,
  lines: readonly PlacedLine[],
  country: string | undefined,
  known: Map<string, KnownName>,
): Promise<void> {
  const wanted = new Map<string, LineName>()
  for (const { line } of lines)
    for (const name of [...namesOfLine(line, country), ...identifiersOfLine(line)])
      if (!known.has(nameText(name))) wanted.set(nameText(name), name)
  let names: LineName[] = []
  let chars = 0
  const ask = async () => {
    const { keys, erased } = await calls.names(round, names)
    const untils = new Map(erased)
    for (const [i, name] of names.entries()) {
      const until = untils.get(i)
      known.set(nameText(name), { key: keys[i] as string, ...(until === undefined ? {} : { until }) })
    }
    names = []
    chars = 0
  }
  for (const name of wanted.values()) {
    names.push(name)
    chars += name.type.length + name.match.length + 8
    if (names.length >= MOST_NAMES || chars >= MOST_CHARS) await ask()
  }
  if (names.length > 0) await ask()
}

export function nameText({ type, match }: LineName): string {
  return `${type}\u0000${match}`
}

/** Is it a copy of somebody who was erased while it was on its way (platform/without-erased.ts)? */
export function isErased(
  { line }: PlacedLine,
  country: string | undefined,
  known: ReadonlyMap<string, KnownName>,
): boolean {
  if (!isContent(line) || line['type'] === 'profile.deleted') return false
  const receivedAt = Number(line['receivedAt'] ?? 0)
  const names = [
    ...canonicalIdsOf(line).map((match) => ({ type: CANONICAL, match })),
    ...identifiersOfLine(line),
    ...identifiersOfLine(line, country),
  ]
  return names.some((name) => {
    const until = known.get(nameText(name))?.until
    return until === null || (until !== undefined && receivedAt <= until)
  })
}

/** The keys under which the index finds a line, each once. */
export function keysOf(
  { line }: PlacedLine,
  country: string | undefined,
  known: ReadonlyMap<string, KnownName>,
): ReadonlySet<string> {
  return new Set(namesOfLine(line, country).map((name) => known.get(nameText(name))?.key as string))
}

/** Names that only one line has are not asked for again. */
export function forgetMessages(known: Map<string, KnownName>): void {
  for (const name of known.keys()) if (name.startsWith(`${MESSAGE}\u0000`)) known.delete(name)
}
