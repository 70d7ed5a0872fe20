import type { Scope } from '../../../shared/contract/contract.ts'
import { may, type Session } from '../session.ts'
import type { Words } from '../words/en.ts'

/** The pages that the navigation and the palette lead to, in their order. */
export interface NavPage {
  readonly to:
    | '/'
    | '/start'
    | '/live'
    | '/profiles'
    | '/segments'
    | '/sources'
    | '/destinations'
    | '/transformations'
    | '/plugins'
    | '/plans'
    | '/dead-letters'
    | '/settings'
  readonly label: keyof Words
  /** Without it the page would be refused, so it is not offered. */
  readonly scope: Scope
  /** Paths of an icon of 20 by 20. */
  readonly icon: string
}

export const PAGES: readonly NavPage[] = [
  { to: '/', label: 'nav.overview', scope: 'events:read', icon: 'M3 16.500h14M5.500 13V9.500M10 13V3.500M14.500 13V7' },
  { to: '/start', label: 'nav.start', scope: 'sources:read', icon: 'M4 16V4l6 3.5L16 4v12l-6-3.5z' },
  { to: '/live', label: 'nav.live', scope: 'events:read', icon: 'M2 10h3.5l2-6 4 12 2.5-6H18' },
  {
    to: '/profiles',
    label: 'nav.profiles',
    scope: 'profiles:read',
    icon: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c.6-3 3-4.5 6-4.5s5.400 1.500 6 4.500',
  },
  {
    to: '/segments',
    label: 'nav.segments',
    scope: 'segments:read',
    icon: 'M7.500 15.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM12.500 15.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11z',
  },
  { to: '/sources', label: 'nav.sources', scope: 'sources:read', icon: 'M3 10h9M8.500 6l4 4-4 4M16.500 4v12' },
  {
    to: '/destinations',
    label: 'nav.destinations',
    scope: 'destinations:read',
    icon: 'M3.500 4v12M8 10h9M13 6l4 4-4 4',
  },
  {
    to: '/transformations',
    label: 'nav.transformations',
    scope: 'transformations:read',
    icon: 'M3 6h5l4 8h5M14.500 11.500l2.500 2.500-2.500 2.500M3 14h5l1-2M11 8l1-2h5M14.500 3.500l2.500 2.500-2.500 2.500',
  },
  {
    to: '/plugins',
    label: 'nav.plugins',
    scope: 'plugins:read',
    icon: 'M7.500 3v4M12.500 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3',
  },
  {
    to: '/plans',
    label: 'nav.plans',
    scope: 'tracking-plans:read',
    icon: 'M6 3.500h8M6 3.500H4.500v13h11v-13H14M7.500 9.500l2 2 3.500-4M7.500 14h5',
  },
  {
    to: '/dead-letters',
    label: 'nav.deadLetters',
    scope: 'dead-letters:read',
    icon: 'M3 5.500h14v9H3zM3 6l7 5 7-5M15 12.500l3 3M18 12.500l-3 3',
  },
  {
    to: '/settings',
    label: 'nav.settings',
    scope: 'workspace:read',
    icon: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM8 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  },
]

/** Where somebody begins who may not see the overview. */
export function firstPage(session: Session): NavPage['to'] {
  return PAGES.find(({ to, scope }) => to !== '/' && may(session, scope))?.to ?? '/start'
}
