import { Button } from '../../components/button.tsx'
import type { Branch } from '../../segment/branch.ts'
import { groupAround, moveBranch, negate, removeBranch } from '../../segment/edit-branch.ts'
import { t } from '../../words/words.ts'
import { useBuilder } from './builder-context.ts'

/** What can be done with a condition or a group of them. */
export function BranchActs({
  branch,
  place,
}: {
  readonly branch: Branch
  readonly place: { readonly index: number; readonly of: number }
}) {
  const { change } = useBuilder()
  const { id } = branch
  return (
    <>
      {place.of > 1 ? (
        <>
          <Act
            sign="↑"
            label={t('builder.up')}
            isOff={place.index === 0}
            act={() => change((root) => moveBranch(root, id, -1))}
          />
          <Act
            sign="↓"
            label={t('builder.down')}
            isOff={place.index === place.of - 1}
            act={() => change((root) => moveBranch(root, id, 1))}
          />
        </>
      ) : null}
      <RemoveAct id={id} />
    </>
  )
}

function RemoveAct({ id }: { readonly id: string }) {
  const { change, root } = useBuilder()
  const around = groupAround(root, id)
  // A group of one gives way to it, so that the place to go on from is one further out.
  const next = around && around.items.length > 2 ? around : around && groupAround(root, around.id)
  return (
    <Act
      sign="×"
      label={t('builder.remove')}
      isOff={false}
      act={() => change((now) => removeBranch(now, id), next ? `add-${next.id}` : 'add-more')}
    />
  )
}

export interface ActProps {
  readonly sign: string
  readonly label: string
  readonly isOff: boolean
  readonly act: () => void
}

export function Act({ sign, label, isOff, act }: ActProps) {
  return (
    <Button look="quiet" className="px-2.5 text-muted" disabled={isOff} onClick={act} title={label}>
      <span aria-hidden="true">{sign}</span>
      <span className="sr-only">{label}</span>
    </Button>
  )
}

/** Of a condition or group: that it does not hold. */
export function NotToggle({ branch }: { readonly branch: Branch }) {
  const { change } = useBuilder()
  const isNegated = branch.nots > 0
  return (
    <button
      type="button"
      aria-pressed={isNegated}
      onClick={() => change((root) => negate(root, branch.id))}
      className={`min-h-9 rounded-lg border px-2.5 text-sm font-medium ${isNegated ? 'border-bad bg-bad-tint text-bad' : 'border-line text-muted hover:bg-raised'}`}
    >
      {'¬'.repeat(Math.max(0, branch.nots - 1))}
      {t('builder.not')}
    </button>
  )
}
