import { useMutation } from '@tanstack/react-query'
import { Button } from '../components/button.tsx'
import { t } from '../words/words.ts'
import { movedBy, type Placed } from './order.ts'
import { tellFault } from './tell-fault.ts'

interface Props {
  readonly name: string
  readonly id: string
  /** Everything that has an order with it, as it is now. */
  readonly all: readonly Placed[]
  readonly save: (changed: readonly Placed[]) => Promise<unknown>
}

/** One place up or down in an order. */
export function Mover({ name, id, all, save }: Props) {
  const move = useMutation({ mutationFn: (by: -1 | 1) => save(movedBy(all, id, by)), onError: tellFault })
  const at = all.findIndex((one) => one.id === id)
  return (
    <span className="flex">
      <Button look="quiet" className="px-2" disabled={at <= 0 || move.isPending} onClick={() => move.mutate(-1)}>
        ↑<span className="sr-only">{t('lists.moveUp', { name })}</span>
      </Button>
      <Button
        look="quiet"
        className="px-2"
        disabled={at === all.length - 1 || move.isPending}
        onClick={() => move.mutate(1)}
      >
        ↓<span className="sr-only">{t('lists.moveDown', { name })}</span>
      </Button>
    </span>
  )
}
