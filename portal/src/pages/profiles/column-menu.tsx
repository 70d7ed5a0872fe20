import { DropdownMenu } from 'radix-ui'
import { buttonLook } from '../../components/button.tsx'
import { t } from '../../words/words.ts'
import { columnOf, USUAL } from './columns.tsx'

interface Props {
  readonly offered: readonly string[]
  readonly chosen: readonly string[]
  readonly choose: (columns: readonly string[]) => void
}

/** Which columns a list has; it stays open while one ticks several. */
export function ColumnMenu({ offered, chosen, choose }: Props) {
  function turn(id: string, isOn: boolean) {
    choose(isOn ? [...chosen, id] : chosen.filter((one) => one !== id))
  }
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className={buttonLook()}>{t('people.columns')}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-50 max-h-96 min-w-56 overflow-y-auto rounded-xl border border-line bg-surface p-1.5 text-sm shadow-xl"
        >
          {offered.map((id) => (
            <DropdownMenu.CheckboxItem
              key={id}
              checked={chosen.includes(id)}
              onCheckedChange={(isOn) => turn(id, isOn)}
              onSelect={(event) => event.preventDefault()}
              className="relative flex cursor-pointer items-center rounded-lg py-1.5 pr-3 pl-8 outline-none data-[highlighted]:bg-raised"
            >
              <DropdownMenu.ItemIndicator className="absolute left-2.5 text-accent">✓</DropdownMenu.ItemIndicator>
              {columnOf(id).label}
            </DropdownMenu.CheckboxItem>
          ))}
          <DropdownMenu.Separator className="my-1.5 h-px bg-line" />
          <DropdownMenu.Item
            onSelect={() => choose(USUAL)}
            className="cursor-pointer rounded-lg py-1.5 pr-3 pl-8 text-muted outline-none data-[highlighted]:bg-raised"
          >
            {t('people.usualColumns')}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
