import type { ReactNode } from 'react'
import { CopyButton } from '../../components/copy.tsx'
import { Dialog } from '../../components/dialog.tsx'

interface Props {
  readonly title: string
  readonly hint: ReactNode
  readonly text: string
  readonly close: () => void
}

/** Something that is shown this once. */
export function OnceDialog({ title, hint, text, close }: Props) {
  return (
    <Dialog title={title} close={close}>
      <p className="mb-4 text-sm text-muted">{hint}</p>
      <p className="mb-5 rounded-lg bg-raised p-4 font-mono text-xs break-all">{text}</p>
      <CopyButton text={text} />
    </Dialog>
  )
}
