import { isObject, type JsonObject, type JsonValue } from '../../../../../shared/kernel/json.ts'
import { OPERATOR_NAMES, OPERATORS, type Operator } from '../../../../../shared/segment/operators.ts'
import { REFERABLE } from '../../../../../shared/segment/step-test.ts'
import { Button } from '../../../components/button.tsx'
import { withField } from '../../../segment/edit-branch.ts'
import { t } from '../../../words/words.ts'
import { useSuggestions } from '../use-suggestions.ts'
import { ComparisonFields } from './comparison-fields.tsx'
import { Choice, TextInput } from './controls.tsx'

interface Props {
  readonly label: string
  readonly path: string
  readonly event: string
  readonly value: JsonValue | undefined
  readonly change: (tests: JsonValue | undefined) => void
  /** How many steps come before, whose properties may be compared with. */
  readonly stepsBefore?: number
  readonly isRequired?: boolean
}

/** What must hold on the properties of an event, all of it. */
export function WhereFields({ label, path, event, value, change, stepsBefore = 0, isRequired = false }: Props) {
  const tests = Array.isArray(value) ? (value as readonly JsonValue[]).map((one) => (isObject(one) ? one : {})) : []
  const set = (next: readonly JsonObject[]) => change(next.length === 0 && !isRequired ? undefined : next)
  return (
    <div className="w-full">
      {tests.length > 0 ? <p className="mb-1.5 text-xs font-medium">{label}</p> : null}
      <ul className="flex flex-col gap-2.5 border-l-2 border-line pl-3 empty:hidden">
        {tests.map((test, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a test is what stands at its place
          <li key={i} className="flex items-end justify-between gap-2">
            <div className="flex min-w-0 flex-wrap items-end gap-2">
              <PropertyTest
                test={test}
                path={`${path}.${i}.`}
                event={event}
                stepsBefore={stepsBefore}
                change={(next) => set(tests.with(i, next))}
              />
            </div>
            <Button look="quiet" className="flex-none px-2 text-muted" onClick={() => set(tests.toSpliced(i, 1))}>
              <span aria-hidden="true">×</span>
              <span className="sr-only">{t('field.removeTest')}</span>
            </Button>
          </li>
        ))}
      </ul>
      <Button
        look="quiet"
        className="mt-1 -ml-2 px-2 text-accent"
        onClick={() => set([...tests, { property: '', op: 'eq' }])}
      >
        + {tests.length > 0 ? t('field.addTest') : label}
      </Button>
    </div>
  )
}

interface TestProps {
  readonly test: JsonObject
  readonly path: string
  readonly event: string
  readonly stepsBefore: number
  readonly change: (test: JsonObject) => void
}

function PropertyTest({ test, path, event, stepsBefore, change }: TestProps) {
  const { propertiesOf } = useSuggestions()
  const known = propertiesOf(event)
  const property = typeof test['property'] === 'string' ? test['property'] : ''
  const from = isObject(test['valueFrom']) ? test['valueFrom'] : undefined
  const names = [...known.keys()]
  const operator = typeof test['op'] === 'string' ? (test['op'] as Operator) : undefined
  const isReferable = stepsBefore > 0 && operator !== undefined && REFERABLE.has(OPERATORS[operator]?.takes)
  function compareWith(step: string) {
    const { value: _, valueFrom: __, ...rest } = test
    change(
      step === '' ? rest : { ...rest, valueFrom: { step: Number(step), property: from?.['property'] ?? property } },
    )
  }
  return (
    <>
      <TextInput
        label={t('field.property')}
        path={`${path}property`}
        value={property}
        change={(next) => change({ ...test, property: next })}
        suggestions={names}
        className="w-40"
      />
      {isReferable || from ? (
        <Choice
          label={t('field.comparedWith')}
          path={`${path}valueFrom.step`}
          value={from ? String(from['step']) : ''}
          change={compareWith}
          options={[
            { value: '', label: t('field.aValue') },
            ...Array.from({ length: stepsBefore }, (_, i) => ({
              value: String(i),
              label: t('field.step', { n: i + 1 }),
            })),
          ]}
        />
      ) : null}
      {from ? (
        <>
          <Choice
            label={t('field.op')}
            path={`${path}op`}
            value={operator ?? ''}
            change={(op) => change({ ...test, op })}
            options={OPERATOR_NAMES.filter((op) => REFERABLE.has(OPERATORS[op].takes)).map((op) => ({
              value: op,
              label: t(`op.${op}`),
            }))}
          />
          <TextInput
            label={t('field.propertyThere')}
            path={`${path}valueFrom.property`}
            value={typeof from['property'] === 'string' ? from['property'] : ''}
            change={(next) => change({ ...test, valueFrom: { ...from, property: next } })}
            className="w-40"
          />
        </>
      ) : (
        <ComparisonFields
          path={path}
          operators={OPERATOR_NAMES}
          op={test['op']}
          value={test['value']}
          change={({ op, value }) => change(withField({ ...test, op: op ?? 'eq' }, 'value', value))}
          known={known.get(property)}
        />
      )}
    </>
  )
}
