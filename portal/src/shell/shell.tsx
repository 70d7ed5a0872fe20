import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Toasts } from '../components/toast.tsx'
import { t } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { Navigation } from './navigation.tsx'
import { Overlays } from './overlays.tsx'
import { PeopleSearch } from './people-search.tsx'

const MENU = 'M3 5.500h14M3 10h14M3 14.500h14'

/** Around every page: the navigation, the search for people. On a narrow screen the navigation is called by a button. */
export function Shell() {
  const [isOpen, setOpen] = useState(false)
  const { pathname } = useLocation()
  const main = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is what closes it
  useEffect(() => setOpen(false), [pathname])
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15.5rem_1fr]">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:p-2">
        {t('app.skip')}
      </a>
      <aside
        className={`${isOpen ? 'flex' : 'hidden'} fixed inset-0 top-14 z-30 flex-col overflow-y-auto border-line bg-surface lg:sticky lg:top-0 lg:flex lg:h-dvh lg:border-r`}
      >
        <Link to="/" className="hidden items-center gap-2.5 px-5 pt-5 pb-6 lg:flex">
          <img src="/icon.svg" alt="" width="26" height="26" />
          <span className="text-[1.0625rem] font-semibold tracking-tight">Tributary</span>
        </Link>
        <Navigation />
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-40 flex h-14 items-center gap-3 border-b border-line bg-ground/90 px-4 backdrop-blur sm:px-8">
          <button
            type="button"
            aria-label={t('app.menu')}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="-ml-1 grid size-9 place-items-center rounded-lg hover:bg-raised lg:hidden"
          >
            <Icon path={MENU} />
          </button>
          <PeopleSearch />
          <Overlays />
        </header>
        <main ref={main} id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      <Toasts />
    </div>
  )
}
