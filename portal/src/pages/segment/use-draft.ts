import { useCallback, useEffect, useMemo, useState } from 'react'
import type { JsonValue } from '../../../../shared/kernel/json.ts'
import { blankOf } from '../../segment/blank.ts'
import { type Branch, branchOf, conditionOf, leafOf } from '../../segment/branch.ts'

/** What can be changed about a segment. */
export interface Definition {
  readonly name: string
  readonly description: string
  readonly condition: JsonValue
}

interface State {
  readonly name: string
  readonly description: string
  readonly root: Branch
  readonly past: readonly Branch[]
  readonly future: readonly Branch[]
  readonly changedAt: number
}

/** Changes that follow each other faster than this, as of one who types, are undone together. */
const PAUSE_MS = 700
const MOST_UNDONE = 100

/**
 * A definition while it is worked on: every change of its condition can be undone, and what was not saved is there again
 * when one comes back to the page in this window. `place` is where it is kept.
 */
export function useDraft(place: string, saved: Definition) {
  const [state, setState] = useState(() => fromDefinition(kept(place) ?? saved))
  const { name, description, root, past, future } = state
  const condition = useMemo(() => conditionOf(root), [root])
  const now = JSON.stringify({ name, description, condition })
  const then = written(saved)
  const isChanged = now !== then
  const [base, setBase] = useState(then)
  const [isOvertaken, setOvertaken] = useState(false)
  function begin(definition: Definition) {
    setState(fromDefinition(definition))
    setBase(written(definition))
    setOvertaken(false)
  }
  // Somebody else saved: whoever changed nothing goes on with that.
  useEffect(() => {
    if (then === base) return
    if (now === base) setState(fromDefinition(JSON.parse(then)))
    else setOvertaken(true)
    setBase(then)
  }, [then, base, now])
  useEffect(() => {
    if (isChanged) sessionStorage.setItem(place, now)
    else sessionStorage.removeItem(place)
  }, [place, now, isChanged])
  const change = useCallback(
    (next: (root: Branch) => Branch | undefined) =>
      setState((before) => changed(before, next(before.root) ?? leafOf(blankOf('trait')), Date.now())),
    [],
  )
  return {
    name,
    description,
    condition,
    root,
    isChanged,
    /** Somebody else saved while this was worked on. */
    isOvertaken: isOvertaken && isChanged,
    /** All of it as text, to tell one state from another. */
    written: now,
    change,
    rename: (name: string) => setState((before) => ({ ...before, name })),
    describe: (description: string) => setState((before) => ({ ...before, description })),
    undo: past.length > 0 ? () => setState(undone) : undefined,
    redo: future.length > 0 ? () => setState(redone) : undefined,
    /** Back to what is saved, or to another definition. */
    begin,
    /** Forgets what is kept: it is saved now. */
    done: () => sessionStorage.removeItem(place),
  }
}

function written({ name, description, condition }: Definition): string {
  // In the order of fields in which the builder writes it.
  return JSON.stringify({ name, description, condition: conditionOf(branchOf(condition)) })
}

function kept(place: string): Definition | undefined {
  const text = sessionStorage.getItem(place)
  return text === null ? undefined : (JSON.parse(text) as Definition)
}

function fromDefinition({ name, description, condition }: Definition): State {
  return { name, description, root: branchOf(condition), past: [], future: [], changedAt: 0 }
}

function changed(before: State, root: Branch, now: number): State {
  const isOngoing = now - before.changedAt < PAUSE_MS
  const past = isOngoing ? before.past : [...before.past, before.root].slice(-MOST_UNDONE)
  return { ...before, root, past, future: [], changedAt: now }
}

function undone(state: State): State {
  const root = state.past.at(-1)
  if (!root) return state
  return { ...state, root, past: state.past.slice(0, -1), future: [state.root, ...state.future], changedAt: 0 }
}

function redone(state: State): State {
  const [root, ...future] = state.future
  if (!root) return state
  return { ...state, root, past: [...state.past, state.root], future, changedAt: 0 }
}

export function draftPlace(workspace: string, key: string): string {
  return `tributary.segment.${workspace}.${key}`
}
