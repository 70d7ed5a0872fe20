import type { ProfileDocument } from '../../shared/profile/document.ts'

/** What to call a person: a name if one is known, else the identifier that says most. */
const PREFERRED = ['user_id', 'email', 'phone']

export function nameOf({ id, traits, identifiers }: ProfileDocument): string {
  const both = [traits['firstName'], traits['lastName']].filter((part) => typeof part === 'string').join(' ')
  const named = [traits['name'], both, traits['email']].find((text) => typeof text === 'string' && text.trim() !== '')
  if (typeof named === 'string') return named
  const found = PREFERRED.flatMap((type) => identifiers.find((one) => one.type === type) ?? [])[0]
  return (found ?? identifiers[0])?.value ?? id
}

/** One of each type, the ones that say most first. */
export function mainIdentifiers({ identifiers }: ProfileDocument): ProfileDocument['identifiers'] {
  const rank = (type: string) => (PREFERRED.indexOf(type) + PREFERRED.length + 1) % (PREFERRED.length + 1)
  return [...identifiers].sort((a, b) => rank(a.type) - rank(b.type))
}

export function eventCount({ eventCounts }: ProfileDocument): number {
  return Object.values(eventCounts).reduce((sum, n) => sum + n, 0)
}
