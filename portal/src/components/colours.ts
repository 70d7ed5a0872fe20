import { useEffect, useState } from 'react'

/** The colours of styles.css for what is drawn and not styled, as they are now: light or dark. */
export interface Colours {
  readonly accent: string
  readonly bad: string
  readonly line: string
  readonly muted: string
}

export function useColours(): Colours {
  const [colours, setColours] = useState(readColours)
  useEffect(() => {
    const again = () => setColours(readColours())
    const system = matchMedia('(prefers-color-scheme: dark)')
    const chosen = new MutationObserver(again)
    system.addEventListener('change', again)
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      system.removeEventListener('change', again)
      chosen.disconnect()
    }
  }, [])
  return colours
}

/** A browser says what `light-dark()` came to only of an element that has it. */
function readColours(): Colours {
  const probe = document.createElement('i')
  probe.hidden = true
  document.body.append(probe)
  const read = (name: string) => {
    probe.style.color = `var(--color-${name})`
    return getComputedStyle(probe).color
  }
  const colours = { accent: read('accent'), bad: read('bad'), line: read('line'), muted: read('muted') }
  probe.remove()
  return colours
}
