import type { JsonValue } from '../../../../../shared/kernel/json.ts'
import { OPERATORS, type Operator } from '../../../../../shared/segment/operators.ts'
import { operandFor } from '../../../segment/parts.ts'
import { t } from '../../../words/words.ts'
import { Choice, NumberInput, TextInput } from './controls.tsx'
import { DurationInput } from './duration-input.tsx'
import { InstantInput } from './instant-input.tsx'
import { ValueInput } from './value-input.tsx'
import { ValuesInput } from './values-input.tsx'

export interface Compared {
  readonly op: JsonValue | undefined
  readonly value: JsonValue | undefined
}

interface Props extends Compared {
  readonly path: string
  readonly operators: readonly Operator[]
  readonly change: (next: Compared) => void
  readonly known?: readonly JsonValue[] | undefined
  /** What is compared is always a number. */
  readonly isNumeric?: boolean
}

/** An operator, and what it takes. */
export function ComparisonFields({ path, operators, op, value, change, known, isNumeric = false }: Props) {
  const operator = operators.find((one) => one === op)
  return (
    <>
      <Choice
        label={t('field.op')}
        path={`${path}op`}
        value={typeof op === 'string' ? (op as Operator) : ''}
        change={(next) => change({ op: next, value: operandFor(next, value) })}
        options={operators.map((one) => ({ value: one, label: t(`op.${one}`) }))}
      />
      {operator ? (
        <Operand
          path={`${path}value`}
          operator={operator}
          value={value}
          change={(next) => change({ op: operator, value: next })}
          known={known}
          isNumeric={isNumeric}
        />
      ) : null}
    </>
  )
}

interface OperandProps {
  readonly path: string
  readonly operator: Operator
  readonly value: JsonValue | undefined
  readonly change: (value: JsonValue | undefined) => void
  readonly known: readonly JsonValue[] | undefined
  readonly isNumeric: boolean
}

function Operand({ path, operator, value, change, known, isNumeric }: OperandProps) {
  const given = { path, change, value, label: t('field.value') }
  const text = typeof value === 'string' ? value : ''
  switch (OPERATORS[operator].takes) {
    case 'nothing':
      return null
    case 'value':
      return isNumeric ? <NumberInput {...given} /> : <ValueInput {...given} known={known} />
    case 'values':
      return <ValuesInput path={path} value={value} change={change} known={known} />
    case 'text':
      return <TextInput {...given} value={text} change={(next) => change(next === '' ? undefined : next)} />
    case 'number':
      return <NumberInput {...given} />
    case 'numbers':
      return <RangeInput path={path} value={value} change={change} />
    case 'instant':
      return <InstantInput {...given} value={text} change={(next) => change(next === '' ? undefined : next)} />
    case 'duration':
      return <DurationInput {...given} />
  }
}

interface RangeProps {
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (value: JsonValue) => void
}

export function RangeInput({ path, value, change }: RangeProps) {
  const [low, high] = Array.isArray(value) ? (value as readonly JsonValue[]) : []
  const end = (n: JsonValue | undefined) => (typeof n === 'number' ? n : null)
  return (
    <>
      <NumberInput label={t('field.low')} path={path} value={low} change={(n) => change([n ?? null, end(high)])} />
      <NumberInput label={t('field.high')} path={path} value={high} change={(n) => change([end(low), n ?? null])} />
    </>
  )
}
