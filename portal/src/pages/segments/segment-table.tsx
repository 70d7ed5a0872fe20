import { Link } from '@tanstack/react-router'
import type { SegmentDocument } from '../../../../shared/contract/segment-document.ts'
import { Button } from '../../components/button.tsx'
import { Tag } from '../../components/tag.tsx'
import { t } from '../../words/words.ts'
import { deleteLater } from './delete-later.ts'
import { Freshness, Growth, Size } from './figures.tsx'

const COLUMNS = ['name', 'size', 'growth', 'fresh'] as const
type Column = (typeof COLUMNS)[number]

interface Props {
  readonly segments: readonly SegmentDocument[]
  /** A column; with a minus sign downwards. */
  readonly sort: string | undefined
  readonly sortBy: (sort: string) => void
  readonly mayWrite: boolean
}

export function SegmentTable({ segments, sort = 'name', sortBy, mayWrite }: Props) {
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface">
      <table className="w-full table-fixed text-sm">
        <thead className="border-b border-line text-left text-muted">
          <tr>
            <Heading column="name" sort={sort} sortBy={sortBy} className="" />
            <Heading column="size" sort={sort} sortBy={sortBy} className="w-24 text-right" />
            <Heading column="growth" sort={sort} sortBy={sortBy} className="hidden w-36 text-right sm:table-cell" />
            <Heading column="fresh" sort={sort} sortBy={sortBy} className="hidden w-44 text-right md:table-cell" />
            {mayWrite ? (
              <th className="hidden w-24 sm:table-cell">
                <span className="sr-only">{t('segments.actions')}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {segments.map((segment) => (
            <Row key={segment.key} segment={segment} mayWrite={mayWrite} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface HeadingProps {
  readonly column: Column
  readonly sort: string
  readonly sortBy: (sort: string) => void
  readonly className: string
}

function Heading({ column, sort, sortBy, className }: HeadingProps) {
  const isUp = sort === column
  const isDown = sort === `-${column}`
  // Most first is what one looks for in figures, A first in names.
  const first = column === 'name' ? column : `-${column}`
  const other = column === 'name' ? `-${column}` : column
  return (
    <th className={`font-medium ${className}`} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button
        type="button"
        className="w-full px-4 py-2.5 text-[length:inherit] hover:text-ink [text-align:inherit]"
        onClick={() => sortBy(sort === first ? other : first)}
      >
        <span aria-hidden="true">{isUp ? '↑ ' : isDown ? '↓ ' : ''}</span>
        {t(`segments.${column}`)}
      </button>
    </th>
  )
}

function Row({ segment, mayWrite }: { readonly segment: SegmentDocument; readonly mayWrite: boolean }) {
  const { key, name, kind, sentence } = segment
  return (
    <tr className="relative border-b border-line align-top last:border-0 hover:bg-raised">
      <td className="px-4 py-3">
        <span className="flex flex-wrap items-baseline gap-x-2.5">
          <Link to="/segments/$key" params={{ key }} className="font-medium break-words after:absolute after:inset-0">
            {name}
          </Link>
          {kind === 'file' ? <Tag>{t('segments.file')}</Tag> : null}
          <span className="sm:hidden">
            <Growth segment={segment} />
          </span>
        </span>
        <span className="mt-0.5 line-clamp-2 text-muted">{sentence}</span>
      </td>
      <td className="px-4 py-3 text-right">
        <Size segment={segment} />
      </td>
      <td className="hidden px-4 py-3 text-right sm:table-cell">
        <Growth segment={segment} />
      </td>
      <td className="hidden px-4 py-3 text-right md:table-cell">
        <Freshness segment={segment} />
      </td>
      {mayWrite ? (
        <td className="hidden py-1.5 pr-2 text-right sm:table-cell">
          <Button look="quiet" className="relative z-10 text-muted" onClick={() => deleteLater(segment)}>
            {t('segment.delete')} <span className="sr-only">{name}</span>
          </Button>
        </td>
      ) : null}
    </tr>
  )
}

/** What is not known goes last, whichever way round. */
export function sorted(segments: readonly SegmentDocument[], sort = 'name'): readonly SegmentDocument[] {
  const isDown = sort.startsWith('-')
  const column = COLUMNS.find((one) => one === sort.replace('-', '')) ?? 'name'
  return segments.toSorted((a, b) => {
    if (column === 'name') return a.name.localeCompare(b.name) * (isDown ? -1 : 1)
    const [x, y] = [figureOf(a, column), figureOf(b, column)]
    if (x === y) return a.name.localeCompare(b.name)
    if (x === undefined) return 1
    if (y === undefined) return -1
    return isDown ? y - x : x - y
  })
}

function figureOf({ count, growth, freshAsOf }: SegmentDocument, column: Exclude<Column, 'name'>): number | undefined {
  switch (column) {
    case 'size':
      return count ?? undefined
    case 'growth':
      return growth ? growth.entered - growth.exited : undefined
    case 'fresh':
      return freshAsOf ? Date.parse(freshAsOf) : undefined
  }
}
