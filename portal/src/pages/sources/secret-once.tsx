import { CopyButton } from '../../components/copy.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { t } from '../../words/words.ts'

/** A secret key, which nobody can read again. */
export function SecretOnce({ secret, close }: { readonly secret: string; readonly close: () => void }) {
  return (
    <Dialog title={t('sources.secretOnce')} close={close}>
      <p className="mb-4 text-sm">{t('sources.secretOnceHint')}</p>
      <p className="mb-5 rounded-lg bg-raised p-4 font-mono text-xs break-all">{secret}</p>
      <CopyButton text={secret} label={t('sources.copyKey')} />
    </Dialog>
  )
}
