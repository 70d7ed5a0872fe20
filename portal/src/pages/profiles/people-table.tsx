import { Link } from '@tanstack/react-router'
import type { ProfileDocument } from '../../../../shared/profile/document.ts'
import { mainIdentifiers, nameOf } from '../../person.ts'
import { t } from '../../words/words.ts'
import { type Column, columnOf } from './columns.tsx'

interface Props {
  readonly people: readonly ProfileDocument[]
  readonly columns: readonly string[]
  /** Whoever chose columns sees them all, and scrolls sideways within the table; else there are as many as fit. */
  readonly isChosen: boolean
  /** It shows what was asked for before. */
  readonly isOld: boolean
}

const CELL = 'px-4 py-3'
/** What a column needs to be read, in rem. */
const WIDTH = 9

export function PeopleTable({ people, columns: ids, isChosen, isOld }: Props) {
  const columns = ids.map(columnOf)
  const lookOf = ({ from, look }: Column) => (isChosen ? look : `${from} ${look}`)
  return (
    <section
      aria-label={t('nav.profiles')}
      // What scrolls must be reachable by keyboard.
      tabIndex={isChosen ? 0 : -1}
      className={`overflow-x-auto rounded-xl border border-line bg-surface ${isOld ? 'opacity-60' : ''}`}
    >
      <table
        className="w-full table-fixed text-sm"
        style={isChosen ? { minWidth: `${(columns.length + 1.4) * WIDTH}rem` } : {}}
      >
        <thead className="border-b border-line text-left text-muted">
          <tr>
            <th className={`px-4 py-2.5 font-medium ${isChosen ? '' : 'sm:w-[34%]'}`}>{t('people.person')}</th>
            {columns.map((column) => (
              <th key={column.id} className={`truncate px-4 py-2.5 font-medium ${lookOf(column)}`}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id} className="relative border-b border-line last:border-0 hover:bg-raised">
              <td className={CELL}>
                <Name person={person} hasIdentifiers={isChosen} />
              </td>
              {columns.map((column) => (
                <td key={column.id} className={`${CELL} ${lookOf(column)}`}>
                  {column.cell(person)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Name({ person, hasIdentifiers }: { readonly person: ProfileDocument; readonly hasIdentifiers: boolean }) {
  const name = nameOf(person)
  const [other] = mainIdentifiers(person).filter(({ value }) => value !== name)
  return (
    <>
      <Link
        to="/profiles/$ref"
        params={{ ref: person.id }}
        className="block truncate font-medium after:absolute after:inset-0"
      >
        {name}
      </Link>
      {hasIdentifiers ? null : <span className="block truncate text-muted md:hidden">{other?.value ?? person.id}</span>}
    </>
  )
}
