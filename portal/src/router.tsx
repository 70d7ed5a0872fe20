import { createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { arrivedQuery } from './arrived.ts'
import { flowRoutes } from './flow-routes.tsx'
import { queries } from './queries.ts'
import { inside, root, search } from './root-routes.tsx'
import { may } from './session.ts'
import { firstPage } from './shell/pages.ts'

/** The pages and their addresses. Each is loaded when it is first looked at; what it shows stands in its address. */
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: search('once', 'next', 'failed', 'workspace'),
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
})

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  async beforeLoad({ context: { session } }) {
    if (!may(session, 'events:read')) throw redirect({ to: firstPage(session) })
    // What fails is told by the page.
    if (!(await queries.fetchQuery(arrivedQuery(session)).catch(() => true))) throw redirect({ to: '/start' })
  },
  component: lazyRouteComponent(() => import('./pages/overview.tsx'), 'OverviewPage'),
})

const start = createRoute({
  getParentRoute: () => inside,
  path: '/start',
  validateSearch: search('source'),
  component: lazyRouteComponent(() => import('./pages/start.tsx'), 'StartPage'),
})

const live = createRoute({
  getParentRoute: () => inside,
  path: '/live',
  validateSearch: search('outcome', 'type', 'event', 'source', 'profile', 'text', 'show'),
  component: lazyRouteComponent(() => import('./pages/live.tsx'), 'LivePage'),
})

const profiles = createRoute({
  getParentRoute: () => inside,
  path: '/profiles',
  validateSearch: search('q', 'segment', 'columns'),
  component: lazyRouteComponent(() => import('./pages/profiles.tsx'), 'ProfilesPage'),
})

const profile = createRoute({
  getParentRoute: () => inside,
  path: '/profiles/$ref',
  validateSearch: search('tab', 'event', 'link', 'kind', 'from', 'to', 'trait'),
  component: lazyRouteComponent(() => import('./pages/profile.tsx'), 'ProfilePage'),
})

const segments = createRoute({
  getParentRoute: () => inside,
  path: '/segments',
  validateSearch: search('q', 'kind', 'sort'),
  component: lazyRouteComponent(() => import('./pages/segments.tsx'), 'SegmentsPage'),
})

const newSegment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/new',
  validateSearch: search('by', 'from', 'view', 'condition'),
  component: lazyRouteComponent(() => import('./pages/segment-new.tsx'), 'NewSegmentPage'),
})

const segment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/$key',
  validateSearch: search('tab', 'view', 'with', 'person', 'job'),
  component: lazyRouteComponent(() => import('./pages/segment.tsx'), 'SegmentPage'),
})

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  validateSearch: search('tab', 'actor', 'action', 'from', 'to'),
  component: lazyRouteComponent(() => import('./pages/settings.tsx'), 'SettingsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    inside.addChildren([home, start, live, profiles, profile, segments, newSegment, segment, ...flowRoutes, settings]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  // Plain `?q=42`: the router's own way would write a text that looks like JSON with quotes around it.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (given) => {
    const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== '')
    const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
    return text === '' ? '' : `?${text}`
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
