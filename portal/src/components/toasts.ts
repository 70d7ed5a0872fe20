/**
 * What was just done, told in a corner (toast.tsx), and what can still be undone. A deletion waits until its line is gone:
 * undoing it is not doing it, so nothing has to be made again. Whoever leaves the page meanwhile meant it.
 *
 * ```ts
 * later({ id: source.id, text: t('sources.deleted', { name }), act: () => ask<typeof deleteSource>(…) })
 * ```
 */
export interface Toast {
  readonly id: string
  readonly text: string
  readonly tone: 'plain' | 'bad'
  readonly isUndoable: boolean
}

export interface Later {
  /** Of the thing that goes: lists leave it out as long as `isLeaving`. */
  readonly id: string
  readonly text: string
  /** What is put off. */
  readonly act: () => Promise<unknown>
}

/** Long enough to read it and to reach the button by keyboard. */
const SHOWN_MS = 8_000

interface Held extends Toast {
  readonly act?: () => Promise<unknown>
  readonly undo?: () => void
  timer?: ReturnType<typeof setTimeout>
}

let held: readonly Held[] = []
let leaving: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

export function watchToasts(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const shownToasts = (): readonly Toast[] => held

/** What somebody deleted and could still have back. */
export const leavingIds = (): ReadonlySet<string> => leaving

/** Says what was done; with `undo` it can be taken back. */
export function toast(text: string, undo?: () => void, tone: Toast['tone'] = 'plain'): void {
  show({ id: crypto.randomUUID(), text, tone, isUndoable: undo !== undefined, ...(undo && { undo }) })
}

/** Does it when nobody took it back. */
export function later({ id, text, act }: Later): void {
  settle(id)
  leaving = new Set(leaving).add(id)
  const done = () => {
    leaving = new Set([...leaving].filter((one) => one !== id))
    tell()
  }
  const whole = () =>
    act()
      .catch((fault: unknown) => toast(fault instanceof Error ? fault.message : String(fault), undefined, 'bad'))
      .finally(done)
  show({ id, text, tone: 'plain', isUndoable: true, act: whole, undo: done })
}

export function undo(id: string): void {
  const found = remove(id)
  found?.undo?.()
}

/** Closing it is not taking it back. */
export function dismiss(id: string): void {
  settle(id)
}

function settle(id: string): void {
  void remove(id)?.act?.()
}

function show(toast: Held): void {
  held = [...held.filter(({ id }) => id !== toast.id), toast]
  toast.timer = setTimeout(() => whenLeft(toast.id), SHOWN_MS)
  tell()
}

/** Whoever is about to press its button has the time to. */
function whenLeft(id: string): void {
  const found = held.find((one) => one.id === id)
  if (!found) return
  if (!document.querySelector('[data-toasts]:is(:hover, :focus-within)')) settle(id)
  else found.timer = setTimeout(() => whenLeft(id), 1_000)
}

function remove(id: string): Held | undefined {
  const found = held.find((one) => one.id === id)
  if (!found) return undefined
  clearTimeout(found.timer)
  held = held.filter((one) => one !== found)
  tell()
  return found
}

function tell(): void {
  for (const listener of listeners) listener()
}

globalThis.addEventListener?.('pagehide', () => {
  for (const { id } of held) settle(id)
})
