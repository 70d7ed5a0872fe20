import { isObject, type JsonValue } from '../../../../../shared/kernel/json.ts'
import { t } from '../../../words/words.ts'
import { RangeInput } from './comparison-fields.tsx'
import { Choice, NumberInput } from './controls.tsx'

interface Props {
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (count: JsonValue | undefined) => void
}

const OPS = ['gte', 'gt', 'lt', 'lte', 'eq', 'neq', 'between'] as const
type Op = (typeof OPS)[number]
const OPTIONS = [
  { value: 'once' as const, label: t('times.once') },
  ...OPS.map((value) => ({ value, label: t(`times.${value}`) })),
]

/** How often; once or more when nothing is said. */
export function CountFields({ path, value, change }: Props) {
  const { op, value: n } = isObject(value) ? value : {}
  function choose(next: Op | 'once') {
    if (next === 'once') return change(undefined)
    const number = typeof n === 'number' ? n : Array.isArray(n) ? n[0] : undefined
    change({ op: next, value: next === 'between' ? [number ?? 1, number ?? 1] : (number ?? 2) })
  }
  return (
    <>
      <Choice
        label={t('field.times')}
        path={`${path}.op`}
        value={value === undefined ? 'once' : (op as Op)}
        change={choose}
        options={OPTIONS}
      />
      {op === 'between' ? (
        <RangeInput path={`${path}.value`} value={n} change={(next) => change({ op, value: next })} />
      ) : null}
      {op !== undefined && op !== 'between' ? (
        <NumberInput
          label={t('field.number')}
          path={`${path}.value`}
          className="w-20"
          value={n}
          change={(next) => change({ op, ...(next === undefined ? {} : { value: next }) })}
        />
      ) : null}
    </>
  )
}
