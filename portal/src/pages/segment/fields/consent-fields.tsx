import type { Fields } from '../../../segment/branch.ts'
import { t } from '../../../words/words.ts'
import { useSuggestions } from '../use-suggestions.ts'
import { Choice, TextInput } from './controls.tsx'

interface Props {
  readonly fields: Fields
  readonly path: string
  readonly change: (fields: Fields) => void
}

const ABOUT = [
  { value: 'channel' as const, label: t('field.channel') },
  { value: 'purpose' as const, label: t('field.purpose') },
]

/** What was agreed to: a way to be reached, or what something is used for. */
export function ConsentFields({ fields, path, change }: Props) {
  const { consents } = useSuggestions()
  const about = fields['purpose'] === undefined ? 'channel' : 'purpose'
  const { channel: _, purpose: __, ...rest } = fields
  const name = fields[about]
  const text = typeof name === 'string' ? name : ''
  return (
    <>
      <Choice
        label={t('field.consentTo')}
        path={`${path}${about}.kind`}
        value={about}
        change={(next) => change({ ...rest, [next]: text })}
        options={ABOUT}
      />
      <TextInput
        label={t(`field.${about}`)}
        path={path + about}
        value={text}
        change={(next) => change({ ...rest, [about]: next })}
        suggestions={consents}
      />
    </>
  )
}
