import { Button } from '../../components/button.tsx'
import { inputLook } from '../../components/field.tsx'
import { blankOf } from '../../segment/blank.ts'
import { type Branch, type Group, groupOf, insideOf, isGroup, leafOf } from '../../segment/branch.ts'
import { addTo, changeBranch } from '../../segment/edit-branch.ts'
import { t } from '../../words/words.ts'
import { BranchActs, NotToggle } from './branch-acts.tsx'
import { useBuilder } from './builder-context.ts'
import { ConditionCard } from './condition-card.tsx'

interface Props {
  readonly group: Group
  readonly path: string
  readonly place: { readonly index: number; readonly of: number }
  readonly depth: number
}

/** Conditions of which all must hold, or one. */
export function GroupCard({ group, path, place, depth }: Props) {
  const { change } = useBuilder()
  const inside = insideOf(group, path)
  const other = group.join === 'and' ? 'or' : 'and'
  return (
    <li className={depth === 0 ? '' : 'rounded-xl border border-line bg-raised/60 p-3 sm:p-3.5'}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <span className="flex items-center gap-2">
          <NotToggle branch={group} />
          <select
            id={`join-${group.id}`}
            aria-label={t('builder.join')}
            className={`${inputLook} font-medium`}
            value={group.join}
            onChange={({ target }) =>
              change((root) =>
                changeBranch(root, group.id, (one) => ({ ...one, join: target.value as Group['join'] }) as Group),
              )
            }
          >
            <option value="and">{t('builder.all')}</option>
            <option value="or">{t('builder.any')}</option>
          </select>
        </span>
        {depth > 0 ? (
          <span className="flex">
            <BranchActs branch={group} place={place} />
          </span>
        ) : null}
      </div>
      <ul className="flex flex-col gap-2.5">
        {group.items.map((item, index) => (
          <BranchCard
            key={item.id}
            branch={item}
            path={`${inside}conditions.${index}.`}
            place={{ index, of: group.items.length }}
            depth={depth + 1}
          />
        ))}
      </ul>
      <div className="mt-2.5 flex flex-wrap gap-2">
        <AddButton id={`add-${group.id}`} to={group.id} />
        <Button
          look="quiet"
          className="text-accent"
          onClick={() => {
            const first = leafOf(blankOf('trait'))
            const added = groupOf(other, [first, leafOf(blankOf('event'))])
            change((root) => addTo(root, group.id, added), `type-${first.id}`)
          }}
        >
          + {t('builder.addGroup')}
        </Button>
      </div>
    </li>
  )
}

export function AddButton({ id, to }: { readonly id: string; readonly to: string }) {
  const { change } = useBuilder()
  return (
    <Button
      id={id}
      look={id === 'add-more' ? 'plain' : 'quiet'}
      className={id === 'add-more' ? '' : 'text-accent'}
      onClick={() => {
        const added = leafOf(blankOf('trait'))
        change((root) => addTo(root, to, added), `type-${added.id}`)
      }}
    >
      + {t('builder.add')}
    </Button>
  )
}

interface BranchProps extends Omit<Props, 'group'> {
  readonly branch: Branch
}

export function BranchCard({ branch, ...rest }: BranchProps) {
  return isGroup(branch) ? <GroupCard group={branch} {...rest} /> : <ConditionCard leaf={branch} {...rest} />
}
