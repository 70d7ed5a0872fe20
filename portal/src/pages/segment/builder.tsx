import { useEffect, useMemo, useRef, useState } from 'react'
import type { FieldError } from '../../../../shared/kernel/failure.ts'
import { type Branch, isGroup } from '../../segment/branch.ts'
import { BuilderProvider, type Builder as BuilderValue } from './builder-context.ts'
import { AddButton, BranchCard } from './group-card.tsx'
import { SuggestionsProvider, useSeenNames } from './use-suggestions.ts'

interface Props {
  readonly root: Branch
  /** Undefined when nothing is left. */
  readonly change: (change: (root: Branch) => Branch | undefined) => void
  readonly faults: readonly FieldError[]
  /** Everything that is missing is told at once. */
  readonly tellsAll: boolean
  readonly isReadOnly: boolean
}

/** The whole condition language, by fields. */
export function Builder({ root, change, faults, tellsAll, isReadOnly }: Props) {
  const suggestions = useSeenNames()
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const focus = useRef<string>(undefined)
  // What is to be gone on with is there only after it was drawn.
  useEffect(() => {
    if (focus.current === undefined) return
    document.getElementById(focus.current)?.focus()
    focus.current = undefined
  })
  const builder = useMemo(
    (): BuilderValue => ({
      root,
      faults,
      isLeft: (id) => tellsAll || left.has(id),
      leave: (id) => setLeft((before) => (before.has(id) ? before : new Set(before).add(id))),
      change(next, then) {
        focus.current = then
        change(next)
      },
    }),
    [root, faults, tellsAll, left, change],
  )
  return (
    <BuilderProvider value={builder}>
      <SuggestionsProvider value={suggestions}>
        <fieldset disabled={isReadOnly} className="min-w-0">
          <ul>
            <BranchCard branch={root} path="" place={{ index: 0, of: 1 }} depth={0} />
          </ul>
          {isGroup(root) ? null : (
            <div className="mt-2.5">
              <AddButton id="add-more" to={root.id} />
            </div>
          )}
        </fieldset>
      </SuggestionsProvider>
    </BuilderProvider>
  )
}
