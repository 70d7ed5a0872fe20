import { useState } from 'react'
import { t } from '../words/words.ts'
import { Button } from './button.tsx'

const SHOWN_MS = 1_600

export function CopyButton({ text, label = t('common.copy') }: { readonly text: string; readonly label?: string }) {
  const [isCopied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  return (
    <Button onClick={() => void copy()}>
      <span aria-live="polite">{isCopied ? t('common.copied') : label}</span>
    </Button>
  )
}
