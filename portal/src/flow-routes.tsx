import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { inside, search } from './root-routes.tsx'

/** The pages of what events go through, from sources to destinations. */
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

export const flowRoutes = [
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
] as const
