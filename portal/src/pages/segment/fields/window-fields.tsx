import { isObject, type JsonValue } from '../../../../../shared/kernel/json.ts'
import { newWindow, WINDOW_FORMS, windowForm } from '../../../segment/parts.ts'
import { t } from '../../../words/words.ts'
import { Choice } from './controls.tsx'
import { DurationInput } from './duration-input.tsx'
import { InstantInput } from './instant-input.tsx'

interface Props {
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (window: JsonValue | undefined) => void
  readonly isRequired: boolean
}

/** Which events count, by their time. */
export function WindowFields({ path, value, change, isRequired }: Props) {
  const forms = WINDOW_FORMS.filter((form) => form !== 'ever' || !isRequired || value === undefined)
  return (
    <>
      <Choice
        label={t('field.window')}
        path={path}
        className="w-48"
        value={windowForm(value)}
        change={(form) => change(newWindow(form, Date.now()))}
        options={forms.map((form) => ({ value: form, label: t(`window.${form}`) }))}
      />
      {isObject(value) ? <Ends path={path} window={value} change={change} /> : null}
    </>
  )
}

function Ends({
  path,
  window,
  change,
}: Pick<Props, 'path' | 'change'> & { readonly window: { readonly [name: string]: JsonValue } }) {
  const text = (name: string) => (typeof window[name] === 'string' ? window[name] : '')
  switch (windowForm(window)) {
    case 'ever':
      return null
    case 'last':
      return (
        <DurationInput
          label={t('window.length')}
          path={`${path}.last`}
          value={window['last']}
          change={(last) => change({ last })}
        />
      )
    case 'between': {
      const [older = '', newer = ''] = Array.isArray(window['between']) ? (window['between'] as string[]) : []
      return (
        <>
          <DurationInput
            label={t('window.older')}
            path={`${path}.between.0`}
            value={older}
            change={(next) => change({ between: [next, newer] })}
          />
          <DurationInput
            label={t('window.newer')}
            path={`${path}.between.1`}
            value={newer}
            change={(next) => change({ between: [older, next] })}
          />
        </>
      )
    }
    case 'dates':
      return (
        <>
          <InstantInput
            label={t('window.from')}
            path={`${path}.from`}
            value={text('from')}
            change={(from) => change({ ...window, from })}
          />
          <InstantInput
            label={t('window.to')}
            path={`${path}.to`}
            value={text('to')}
            change={(to) => change({ ...window, to })}
          />
        </>
      )
  }
}
