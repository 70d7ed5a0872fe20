import { lazy, Suspense, useEffect, useState } from 'react'
import { useKeys } from '../keys.ts'

const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))
const Shortcuts = lazy(() => import('./shortcuts.tsx').then(({ Shortcuts }) => ({ default: Shortcuts })))

/** What lies over every page when its keys are pressed: the palette, and the list of keys. */
export function Overlays() {
  const [open, setOpen] = useState<'palette' | 'shortcuts'>()
  // The browser tells late that one was closed: by then the other may be open.
  const closing = (one: 'palette' | 'shortcuts') => () => setOpen((before) => (before === one ? undefined : before))
  useKeys({ '?': () => setOpen('shortcuts') })
  useEffect(() => {
    // Also from within a field: it is no letter.
    function pressed(event: KeyboardEvent) {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen('palette')
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [])
  return (
    <Suspense>
      {open === 'palette' ? <Palette close={closing('palette')} showShortcuts={() => setOpen('shortcuts')} /> : null}
      {open === 'shortcuts' ? <Shortcuts close={closing('shortcuts')} /> : null}
    </Suspense>
  )
}
