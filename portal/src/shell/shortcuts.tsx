import { Dialog } from '../components/dialog.tsx'
import { keysShown } from '../keys.ts'
import type { Words } from '../words/en.ts'
import { t } from '../words/words.ts'

const KEYS: readonly [keys: string, does: keyof Words][] = [
  ['Ctrl K', 'keys.palette'],
  ['/', 'keys.search'],
  ['?', 'keys.help'],
  ['j  k', 'keys.walk'],
  ['Space', 'keys.pause'],
  ['Ctrl S', 'keys.save'],
  ['Ctrl Z', 'keys.undo'],
  ['Esc', 'keys.close'],
]

export function Shortcuts({ close }: { readonly close: () => void }) {
  return (
    <Dialog title={t('app.shortcuts')} close={close}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-3 text-sm">
        {KEYS.map(([keys, does]) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="rounded-md border border-line bg-raised px-2 py-1 font-mono text-xs">
                {keysShown(keys)}
              </kbd>
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
