import type { ProfileDocument } from '../../shared/profile/document.ts'
import { isMasked } from './masked.ts'

/** What to call a person: a name if one is known, else the identifier that says most. */
const PREFERRED = ['user_id', 'email', 'phone']

export function nameOf({ id, traits, identifiers }: ProfileDocument): string {
  const both = [traits['firstName'], traits['lastName']].filter((part) => typeof part === 'string').join(' ')
  const named = [traits['name'], both, traits['email']].find((text) => typeof text === 'string' && isSaid(text))
  if (typeof named === 'string') return named
  const shown = identifiers.filter(({ value }) => isSaid(value))
  const found = PREFERRED.flatMap((type) => shown.find((one) => one.type === type) ?? [])[0]
  return (found ?? shown[0])?.value ?? id
}

/** Nobody is called by what is masked. */
function isSaid(text: string): boolean {
  return text.trim() !== '' && !isMasked(text)
}

/** One of each type, the ones that say most first. */
export function mainIdentifiers({ identifiers }: ProfileDocument): ProfileDocument['identifiers'] {
  const rank = (type: string) => (PREFERRED.indexOf(type) + PREFERRED.length + 1) % (PREFERRED.length + 1)
  return [...identifiers].sort((a, b) => rank(a.type) - rank(b.type))
}

export function eventCount({ eventCounts }: ProfileDocument): number {
  return Object.values(eventCounts).reduce((sum, n) => sum + n, 0)
}
