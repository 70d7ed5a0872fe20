import { useState } from 'react'
import { CopyButton } from '../../components/copy.tsx'
import { Select } from '../../components/field.tsx'
import { t } from '../../words/words.ts'
import { SNIPPETS } from './snippets.ts'

const CHOICE = 'tributary.sdk'

/** Code that works as it stands: with this host and the key of the source. */
export function Snippet({ writeKey }: { readonly writeKey: string }) {
  const [chosen, setChosen] = useState(() => localStorage.getItem(CHOICE) ?? '')
  const snippet = SNIPPETS.find(({ name }) => name === chosen) ?? SNIPPETS[0]
  if (!snippet) return null
  const code = snippet.code(location.origin, writeKey)
  function choose(name: string) {
    localStorage.setItem(CHOICE, name)
    setChosen(name)
  }
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <Select
          label="SDK"
          value={snippet.name}
          onChange={({ target }) => choose(target.value)}
          options={SNIPPETS.map(({ name }) => ({ value: name, label: name }))}
        />
        <CopyButton text={code} />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto rounded-lg bg-raised p-4 font-mono text-xs leading-5"
      >
        {code}
      </pre>
      <p className="mt-3 text-sm text-muted">{t('start.keyIsPublic')}</p>
    </>
  )
}
