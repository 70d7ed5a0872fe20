import type { JsonObject, JsonValue } from '../../../../../shared/kernel/json.ts'
import { Button } from '../../../components/button.tsx'
import { withField } from '../../../segment/edit-branch.ts'
import { stepsOf, swapSteps, withoutStep } from '../../../segment/steps.ts'
import { t } from '../../../words/words.ts'
import { Act } from '../branch-acts.tsx'
import { useSuggestions } from '../use-suggestions.ts'
import { Choice, TextInput } from './controls.tsx'
import { DurationInput } from './duration-input.tsx'
import { WhereFields } from './where-fields.tsx'

interface Props {
  readonly path: string
  readonly value: JsonValue | undefined
  readonly change: (steps: readonly JsonObject[]) => void
}

/** One thing after the other. */
export function StepsFields({ path, value, change }: Props) {
  const steps = stepsOf(value)
  return (
    <div className="w-full">
      <ol className="flex flex-col gap-3">
        {steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is what stands at its place
          <li key={i} className="rounded-lg border border-line p-3">
            <div className="mb-2 flex items-center justify-between">
              <span className="text-xs font-medium">{t('field.step', { n: i + 1 })}</span>
              <span className="flex">
                <Act sign="↑" label={t('field.stepUp')} isOff={i === 0} act={() => change(swapSteps(steps, i - 1))} />
                <Act
                  sign="↓"
                  label={t('field.stepDown')}
                  isOff={i === steps.length - 1}
                  act={() => change(swapSteps(steps, i))}
                />
                <Act
                  sign="×"
                  label={t('field.removeStep')}
                  isOff={steps.length === 1}
                  act={() => change(withoutStep(steps, i))}
                />
              </span>
            </div>
            <StepFields step={step} index={i} path={`${path}.${i}.`} change={(next) => change(steps.with(i, next))} />
          </li>
        ))}
      </ol>
      <Button
        look="quiet"
        className="mt-1 -ml-2 px-2 text-accent"
        onClick={() => change([...steps, { name: '', within: '1d' }])}
      >
        + {t('field.addStep')}
      </Button>
    </div>
  )
}

interface StepProps {
  readonly step: JsonObject
  readonly index: number
  readonly path: string
  readonly change: (step: JsonObject) => void
}

const HAPPENED = [
  { value: 'yes' as const, label: t('field.happened') },
  { value: 'no' as const, label: t('field.happenedNot') },
]

function StepFields({ step, index, path, change }: StepProps) {
  const { events } = useSuggestions()
  const name = typeof step['name'] === 'string' ? step['name'] : ''
  const set = (field: string, value: JsonValue | undefined) => change(withField(step, field, value))
  const hasLimit = step['within'] !== undefined
  return (
    <div className="flex flex-wrap items-end gap-2">
      <TextInput
        label={t('field.event')}
        path={`${path}name`}
        value={name}
        change={(next) => set('name', next)}
        suggestions={events}
      />
      {index > 0 ? (
        <>
          <Choice
            label={t('field.happens')}
            path={`${path}negate`}
            value={step['negate'] === true ? 'no' : 'yes'}
            change={(next) => set('negate', next === 'no' ? true : undefined)}
            options={HAPPENED}
          />
          <Choice
            label={t('field.when')}
            path={`${path}within`}
            value={hasLimit ? 'within' : 'ever'}
            change={(next) => set('within', next === 'within' ? '1d' : undefined)}
            options={[
              { value: 'ever', label: t('field.anyTimeLater') },
              { value: 'within', label: t('field.within') },
            ]}
          />
          {hasLimit ? (
            <DurationInput
              label={t('field.afterStepBefore')}
              path={`${path}within`}
              value={step['within']}
              change={(next) => set('within', next)}
            />
          ) : null}
        </>
      ) : null}
      <WhereFields
        label={t('field.where')}
        path={`${path}where`}
        event={name}
        value={step['where']}
        change={(next) => set('where', next)}
        stepsBefore={index}
      />
    </div>
  )
}
