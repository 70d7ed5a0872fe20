import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ApiError } from './api.ts'
import { arrivedQuery } from './arrived.ts'
import { Nowhere } from './components/nowhere.tsx'
import { Problem } from './components/states.tsx'
import { queries } from './queries.ts'
import { may, sessionQuery } from './session.ts'
import { firstPage } from './shell/pages.ts'
import { Shell } from './shell/shell.tsx'

/** The pages and their addresses. Each is loaded when it is first looked at; what it shows stands in its address. */
const root = createRootRoute({ component: Outlet, notFoundComponent: Nowhere })

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

/** A search with only those that are there: `exactOptionalPropertyTypes` tells absent from undefined. */
function search<N extends string>(...names: N[]) {
  return (given: Record<string, unknown>) =>
    Object.fromEntries(names.flatMap((name) => (text(given[name]) ? [[name, text(given[name])]] : []))) as {
      [K in N]?: string
    }
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: search('once', 'next', 'failed', 'workspace'),
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
})

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  async beforeLoad({ location }) {
    try {
      return { session: await queries.ensureQueryData(sessionQuery) }
    } catch (fault) {
      if (!(fault instanceof ApiError) || fault.status !== 401) throw fault
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
    }
  },
  component: Shell,
  errorComponent: ({ error, reset }) => <Problem fault={error} retry={reset} />,
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
  validateSearch: search('q', 'segment'),
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
  validateSearch: search('by', 'from', 'view'),
  component: lazyRouteComponent(() => import('./pages/segment-new.tsx'), 'NewSegmentPage'),
})

const segment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/$key',
  validateSearch: search('tab', 'view', 'with', 'person', 'job'),
  component: lazyRouteComponent(() => import('./pages/segment.tsx'), 'SegmentPage'),
})

const sources = createRoute({
  getParentRoute: () => inside,
  path: '/sources',
  validateSearch: search('q', 'kind'),
  component: lazyRouteComponent(() => import('./pages/sources.tsx'), 'SourcesPage'),
})

const newSource = createRoute({
  getParentRoute: () => inside,
  path: '/sources/new',
  validateSearch: search('type'),
  component: lazyRouteComponent(() => import('./pages/source-new.tsx'), 'NewSourcePage'),
})

const source = createRoute({
  getParentRoute: () => inside,
  path: '/sources/$id',
  validateSearch: search('tab'),
  component: lazyRouteComponent(() => import('./pages/source.tsx'), 'SourcePage'),
})

const destinations = createRoute({
  getParentRoute: () => inside,
  path: '/destinations',
  validateSearch: search('q', 'type'),
  component: lazyRouteComponent(() => import('./pages/destinations.tsx'), 'DestinationsPage'),
})

const newDestination = createRoute({
  getParentRoute: () => inside,
  path: '/destinations/new',
  validateSearch: search('type'),
  component: lazyRouteComponent(() => import('./pages/destination-new.tsx'), 'NewDestinationPage'),
})

const destination = createRoute({
  getParentRoute: () => inside,
  path: '/destinations/$id',
  validateSearch: search('tab'),
  component: lazyRouteComponent(() => import('./pages/destination.tsx'), 'DestinationPage'),
})

const plugins = createRoute({
  getParentRoute: () => inside,
  path: '/plugins',
  validateSearch: search('q', 'kind'),
  component: lazyRouteComponent(() => import('./pages/plugins.tsx'), 'PluginsPage'),
})

const newPlugin = createRoute({
  getParentRoute: () => inside,
  path: '/plugins/new',
  validateSearch: search('type'),
  component: lazyRouteComponent(() => import('./pages/plugin-new.tsx'), 'NewPluginPage'),
})

const plugin = createRoute({
  getParentRoute: () => inside,
  path: '/plugins/$id',
  validateSearch: search('tab'),
  component: lazyRouteComponent(() => import('./pages/plugin.tsx'), 'PluginPage'),
})

const transformations = createRoute({
  getParentRoute: () => inside,
  path: '/transformations',
  validateSearch: search('q'),
  component: lazyRouteComponent(() => import('./pages/transformations.tsx'), 'TransformationsPage'),
})

const transformation = createRoute({
  getParentRoute: () => inside,
  path: '/transformations/$id',
  component: lazyRouteComponent(() => import('./pages/transformation.tsx'), 'TransformationPage'),
})

const plans = createRoute({
  getParentRoute: () => inside,
  path: '/plans',
  validateSearch: search('q'),
  component: lazyRouteComponent(() => import('./pages/plans.tsx'), 'PlansPage'),
})

const plan = createRoute({
  getParentRoute: () => inside,
  path: '/plans/$id',
  validateSearch: search('tab', 'kind', 'event'),
  component: lazyRouteComponent(() => import('./pages/plan.tsx'), 'PlanPage'),
})

const deadLetters = createRoute({
  getParentRoute: () => inside,
  path: '/dead-letters',
  validateSearch: search('stage', 'reason', 'source', 'event', 'text', 'from', 'to', 'show', 'job'),
  component: lazyRouteComponent(() => import('./pages/dead-letters.tsx'), 'DeadLettersPage'),
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
    inside.addChildren([
      home,
      start,
      live,
      profiles,
      profile,
      segments,
      newSegment,
      segment,
      sources,
      newSource,
      source,
      destinations,
      newDestination,
      destination,
      plugins,
      newPlugin,
      plugin,
      transformations,
      transformation,
      plans,
      plan,
      deadLetters,
      settings,
    ]),
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
