import { Link, type LinkProps } from '@tanstack/react-router'
import { itemLink } from '../components/item-list.tsx'
import { Hint } from '../form/row.tsx'

export interface GalleryType {
  readonly key: string
  readonly title: string
  readonly about: string
  readonly group?: string
}

interface Props {
  readonly types: readonly GalleryType[]
  readonly linkTo: (key: string) => Pick<LinkProps, 'to' | 'search'>
}

/** What can be made, to choose from. */
export function TypeGallery({ types, linkTo }: Props) {
  const groups = [...new Set(types.map(({ group = '' }) => group))]
  return groups.map((group) => (
    <section key={group} className="mb-8">
      {group ? <h2 className="mb-3">{group}</h2> : null}
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {types
          .filter((type) => (type.group ?? '') === group)
          .map(({ key, title, about }) => (
            <li key={key} className="relative rounded-xl border border-line bg-surface p-5 hover:bg-raised">
              <Link {...linkTo(key)} className={itemLink}>
                {title}
              </Link>
              <p className="mt-1 text-sm break-words text-muted">
                <Hint text={about} />
              </p>
            </li>
          ))}
      </ul>
    </section>
  ))
}
