import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { ApiError } from './api.ts'
import { Nowhere } from './components/nowhere.tsx'
import { Problem } from './components/states.tsx'
import { queries } from './queries.ts'
import { sessionQuery } from './session.ts'
import { Shell } from './shell/shell.tsx'

/** What every page is in: nothing, or, for whoever is signed in, the shell. */
export const root = createRootRoute({ component: Outlet, notFoundComponent: Nowhere })

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

/** A search with only those that are there: `exactOptionalPropertyTypes` tells absent from undefined. */
export function search<N extends string>(...names: N[]) {
  return (given: Record<string, unknown>) =>
    Object.fromEntries(names.flatMap((name) => (text(given[name]) ? [[name, text(given[name])]] : []))) as {
      [K in N]?: string
    }
}

export const inside = createRoute({
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
