import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Scope } from '../../../shared/contract/contract.ts'
import { ApiError } from '../api.ts'
import { buttonLook } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Loading, Problem } from '../components/states.tsx'
import { may, sessionQuery } from '../session.ts'
import { t } from '../words/words.ts'
import { BackLink } from './back-link.tsx'
import { type GalleryType, TypeGallery } from './type-gallery.tsx'

interface Props {
  readonly query: {
    readonly isPending: boolean
    readonly isError: boolean
    readonly error: unknown
    refetch(): unknown
  }
  readonly list: { readonly to: NonNullable<LinkProps['to']>; readonly label: string }
  /** Who lacks it is told so before anything is filled in. */
  readonly scope: Scope
  /** This page, without a choice. */
  readonly here: NonNullable<LinkProps['to']>
  readonly title: string
  readonly lead: string
  /** What was chosen; as long as nothing is, the gallery stands here. */
  readonly chosen: { readonly title: string; readonly about: string } | undefined
  readonly types: readonly GalleryType[]
  readonly linkTo: (key: string) => Pick<LinkProps, 'to' | 'search'>
  readonly children: ReactNode
}

/** Something new: first of which type, then its form. */
export function NewPage({ query, list, scope, here, title, lead, chosen, types, linkTo, children }: Props) {
  const { data: session } = useSuspenseQuery(sessionQuery)
  if (!may(session, scope))
    return (
      <Page title={title} lead={<BackLink {...list} />}>
        <Problem fault={new ApiError(403, `scope ${scope}`)} />
      </Page>
    )
  return (
    <Page
      title={chosen?.title ?? title}
      lead={
        <>
          <BackLink {...list} />
          <span className="mt-1 block">{chosen?.about ?? lead}</span>
        </>
      }
      actions={
        chosen ? (
          <Link to={here} search={{}} className={buttonLook()}>
            {t('lists.changeType')}
          </Link>
        ) : null
      }
    >
      {query.isPending ? <Loading /> : null}
      {query.isError ? <Problem fault={query.error} retry={() => void query.refetch()} /> : null}
      {chosen ? children : <TypeGallery types={types} linkTo={linkTo} />}
    </Page>
  )
}
