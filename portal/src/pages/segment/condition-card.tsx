import type { FocusEvent } from 'react'
import { Button } from '../../components/button.tsx'
import { inputLook } from '../../components/field.tsx'
import { blankOf, type LeafType, TYPES_OFFERED } from '../../segment/blank.ts'
import { insideOf, type Leaf, leafOf } from '../../segment/branch.ts'
import { changeBranch, groupAround, wrapBranch } from '../../segment/edit-branch.ts'
import { t } from '../../words/words.ts'
import { BranchActs, NotToggle } from './branch-acts.tsx'
import { FaultsProvider, useBuilder } from './builder-context.ts'
import { LeafFields } from './leaf-fields.tsx'

interface Props {
  readonly leaf: Leaf
  /** Where it stands: empty for the outermost, else with a dot at the end. */
  readonly path: string
  readonly place: { readonly index: number; readonly of: number }
}

/** One condition: what it is about, its fields, and what is wrong with them once one has left it. */
export function ConditionCard({ leaf, path, place }: Props) {
  const { change, faults, isLeft, leave } = useBuilder()
  const inside = insideOf(leaf, path)
  const own = isLeft(leaf.id) ? faults.filter((fault) => `${fault.path}.`.startsWith(inside) || inside === '') : []
  const faultAt = (at: string) => own.find((fault) => fault.path === at)?.message
  function leaving({ currentTarget, relatedTarget }: FocusEvent) {
    if (!currentTarget.contains(relatedTarget)) leave(leaf.id)
  }
  const problem = `fault-${leaf.id}`
  return (
    <li
      className="rounded-xl border border-line bg-surface p-3.5 sm:p-4"
      onBlur={leaving}
      aria-describedby={own.length > 0 ? problem : undefined}
    >
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span className="flex min-w-0 items-center gap-2">
          <NotToggle branch={leaf} />
          <TypeChoice leaf={leaf} />
        </span>
        <span className="ml-auto flex items-center">
          <WrapAct leaf={leaf} />
          <BranchActs branch={leaf} place={place} />
        </span>
      </div>
      <FaultsProvider value={faultAt}>
        <div className="mt-3 flex flex-wrap items-end gap-2.5 empty:hidden">
          <LeafFields
            fields={leaf.fields}
            path={inside}
            change={(fields) => change((root) => changeBranch(root, leaf.id, (one) => ({ ...(one as Leaf), fields })))}
          />
        </div>
      </FaultsProvider>
      {own.length > 0 ? (
        <ul id={problem} className="mt-3 text-sm text-bad">
          {own.map(({ path: at, message }) => (
            <li key={`${at} ${message}`}>
              <code className="mr-2 text-xs">{at.slice(inside.length) || at}</code>
              {message}
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  )
}

/** Another one beside it, in the way in which its neighbours do not stand together. */
function WrapAct({ leaf }: { readonly leaf: Leaf }) {
  const { change, root } = useBuilder()
  const isAlternative = groupAround(root, leaf.id)?.join === 'or'
  return (
    <Button
      look="quiet"
      className="px-2.5 text-muted"
      title={isAlternative ? t('builder.wrapAndHint') : t('builder.wrapOrHint')}
      onClick={() => {
        const beside = leafOf(blankOf('trait'))
        change((now) => wrapBranch(now, leaf.id, isAlternative ? 'and' : 'or', beside), `type-${beside.id}`)
      }}
    >
      {isAlternative ? t('builder.wrapAnd') : t('builder.wrapOr')}
    </Button>
  )
}

function TypeChoice({ leaf }: { readonly leaf: Leaf }) {
  const { change } = useBuilder()
  const type = String(leaf.fields['type'] ?? '')
  function choose(next: LeafType) {
    change((root) => changeBranch(root, leaf.id, (one) => ({ ...(one as Leaf), fields: blankOf(next, leaf.fields) })))
  }
  return (
    <select
      id={`type-${leaf.id}`}
      aria-label={t('builder.type')}
      className={`${inputLook} w-full min-w-0 font-medium`}
      value={type}
      onChange={({ target }) => choose(target.value as LeafType)}
    >
      {TYPES_OFFERED.map(([group, types]) => (
        <optgroup key={group} label={t(`builder.${group}`)}>
          {types.map((one) => (
            <option key={one} value={one}>
              {t(`kind.${one}`)}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  )
}
