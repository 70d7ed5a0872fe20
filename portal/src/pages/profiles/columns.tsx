import type { ReactNode } from 'react'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { Value } from '../../components/masked.tsx'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { eventCount, mainIdentifiers, nameOf } from '../../person.ts'
import { number, t } from '../../words/words.ts'

/** What a list of people may show of each beside the name: what we know of everybody, and any trait. */
export interface Column {
  readonly id: string
  readonly label: string
  readonly cell: (person: ProfileDocument) => ReactNode
  /** Tailwind classes of its cells: from which width on it is there, unless it was chosen. */
  readonly from: string
  readonly look: string
}

const FIXED = ['identifiers', 'segments', 'events', 'firstSeen', 'lastSeen'] as const
type Fixed = (typeof FIXED)[number]
const TRAIT = 'trait.'

/** Without a word in the address. */
export const USUAL: readonly string[] = ['identifiers', 'segments', 'events', 'lastSeen']

const COLUMNS: Readonly<Record<Fixed, Omit<Column, 'id' | 'label'>>> = {
  identifiers: {
    from: 'hidden md:table-cell',
    look: '',
    cell: (person) => {
      const others = mainIdentifiers(person).filter(({ value }) => value !== nameOf(person))
      return (
        <span className="block truncate text-muted">{others.map(({ value }) => value).join(' · ') || person.id}</span>
      )
    },
  },
  segments: { from: 'hidden lg:table-cell', look: '', cell: ({ segments }) => <Segments of={segments} /> },
  events: {
    from: 'hidden sm:table-cell',
    look: 'w-24 text-right tabular-nums',
    cell: (person) => number(eventCount(person)),
  },
  firstSeen: {
    from: 'hidden lg:table-cell',
    look: 'w-36 text-right text-muted',
    cell: ({ firstSeen }) => <Time at={firstSeen} as="ago" />,
  },
  lastSeen: { from: '', look: 'w-36 text-right text-muted', cell: ({ lastSeen }) => <Time at={lastSeen} as="ago" /> },
}

function Segments({ of }: { readonly of: ProfileDocument['segments'] }) {
  return (
    <span className="flex gap-1 overflow-hidden">
      {of.slice(0, 3).map(({ key }) => (
        <Tag key={key}>{key}</Tag>
      ))}
      {of.length > 3 ? <Tag>+{of.length - 3}</Tag> : null}
    </span>
  )
}

/** Ids of columns as the address has them, in its order; what is none is left out. */
export function chosenColumns(columns: string | undefined): readonly string[] {
  if (columns === undefined) return USUAL
  const asked = columns.split(',').filter((id) => isFixed(id) || (id.startsWith(TRAIT) && id.length > TRAIT.length))
  return [...new Set(asked)]
}

/** For the address; undefined for the usual ones. */
export function columnsText(ids: readonly string[]): string | undefined {
  return ids.join() === USUAL.join() ? undefined : ids.join() || 'none'
}

/** What may be chosen: the fixed ones, and the traits of those who are shown. */
export function offeredColumns(people: readonly ProfileDocument[], chosen: readonly string[]): readonly string[] {
  const traits = people.flatMap((person) => Object.keys(person.traits).map((name) => TRAIT + name))
  const named = [...traits, ...chosen].filter((id) => id.startsWith(TRAIT) && !id.includes(','))
  return [...FIXED, ...[...new Set(named)].sort()]
}

export function columnOf(id: string): Column {
  if (isFixed(id)) return { id, label: t(`people.${id}`), ...COLUMNS[id] }
  const name = id.slice(TRAIT.length)
  return {
    id,
    label: name,
    from: '',
    look: '',
    cell: ({ traits }) => {
      const value = Object.hasOwn(traits, name) ? traits[name] : undefined
      if (value === undefined || value === null) return <span className="text-muted">–</span>
      return (
        <span className="block truncate">
          <Value text={typeof value === 'string' ? value : JSON.stringify(value)} />
        </span>
      )
    },
  }
}

function isFixed(id: string): id is Fixed {
  return FIXED.some((one) => one === id)
}
