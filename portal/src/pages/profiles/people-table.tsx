import { Link } from '@tanstack/react-router'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { Tag } from '../../components/tag.tsx'
import { Time } from '../../components/time.tsx'
import { eventCount, mainIdentifiers, nameOf } from '../../person.ts'
import { number, t } from '../../words/words.ts'

interface Props {
  readonly people: readonly ProfileDocument[]
  /** It shows what was asked for before. */
  readonly isOld: boolean
}

export function PeopleTable({ people, isOld }: Props) {
  return (
    <div className={`overflow-hidden rounded-xl border border-line bg-surface ${isOld ? 'opacity-60' : ''}`}>
      <table className="w-full table-fixed text-sm">
        <thead className="border-b border-line text-left text-muted">
          <tr>
            <th className="px-4 py-2.5 font-medium sm:w-[34%]">{t('people.person')}</th>
            <th className="hidden px-4 py-2.5 font-medium md:table-cell">{t('people.identifiers')}</th>
            <th className="hidden px-4 py-2.5 font-medium lg:table-cell">{t('people.segments')}</th>
            <th className="hidden w-24 px-4 py-2.5 text-right font-medium sm:table-cell">{t('people.events')}</th>
            <th className="w-36 px-4 py-2.5 text-right font-medium">{t('people.lastSeen')}</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <Row key={person.id} person={person} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ person }: { readonly person: ProfileDocument }) {
  const name = nameOf(person)
  const others = mainIdentifiers(person).filter(({ value }) => value !== name)
  return (
    <tr className="relative border-b border-line last:border-0 hover:bg-raised">
      <td className="px-4 py-3">
        <Link
          to="/profiles/$ref"
          params={{ ref: person.id }}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {name}
        </Link>
        <span className="block truncate text-muted md:hidden">{others[0]?.value ?? person.id}</span>
      </td>
      <td className="hidden px-4 py-3 md:table-cell">
        <span className="block truncate text-muted">{others.map(({ value }) => value).join(' · ') || person.id}</span>
      </td>
      <td className="hidden px-4 py-3 lg:table-cell">
        <span className="flex gap-1 overflow-hidden">
          {person.segments.slice(0, 3).map(({ key }) => (
            <Tag key={key}>{key}</Tag>
          ))}
          {person.segments.length > 3 ? <Tag>+{person.segments.length - 3}</Tag> : null}
        </span>
      </td>
      <td className="hidden px-4 py-3 text-right tabular-nums sm:table-cell">{number(eventCount(person))}</td>
      <td className="px-4 py-3 text-right text-muted">
        <Time at={person.lastSeen} as="ago" />
      </td>
    </tr>
  )
}
