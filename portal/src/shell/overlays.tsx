import { lazy, Suspense, useEffect, useState } from 'react'
import { keysShown, useKeys } from '../keys.ts'
import { t } from '../words/words.ts'
import { Icon } from './icon.tsx'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))
const Shortcuts = lazy(() => import('./shortcuts.tsx').then(({ Shortcuts }) => ({ default: Shortcuts })))

const COMPASS = 'M10 2.500a7.500 7.500 0 1 0 0 15a7.500 7.500 0 1 0 0-15M13 7l-1.800 4.200L7 13l1.800-4.200z'

/** What lies over every page when its keys are pressed: the palette, and the list of keys. */
export function Overlays() {
  const [open, setOpen] = useState<'palette' | 'shortcuts'>()
  // The browser tells late that one was closed: by then the other may be open.
  const closing = (one: 'palette' | 'shortcuts') => () => setOpen((before) => (before === one ? undefined : before))
  useKeys({ '?': () => setOpen('shortcuts') })
  useEffect(() => {
    // Also from within a field: it is no letter.
    function pressed(event: KeyboardEvent) {
      // With caps lock on it is a K.
      if (event.key.toLowerCase() !== 'k' || event.shiftKey || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen('palette')
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [])
  return (
    <>
      <button
        type="button"
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => setOpen('palette')}
        className="ml-auto flex h-9 flex-none items-center gap-2 rounded-lg px-2 text-sm text-muted transition-colors hover:bg-raised hover:text-ink sm:px-3"
      >
        <Icon path={COMPASS} />
        <span className="sr-only">{t('app.palette')}</span>
        <kbd className="hidden font-mono text-xs sm:inline">{keysShown('Ctrl K')}</kbd>
      </button>
      <Suspense>
        {open === 'palette' ? <Palette close={closing('palette')} showShortcuts={() => setOpen('shortcuts')} /> : null}
        {open === 'shortcuts' ? <Shortcuts close={closing('shortcuts')} /> : null}
      </Suspense>
    </>
  )
}
