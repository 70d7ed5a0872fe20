import { t } from '../words/words.ts'
import { Time } from './time.tsx'

/** The verdict of a condition with the facts behind it, and those of the conditions inside of it. */
export interface Because {
  readonly sentence: string
  readonly member: boolean | 'unknown'
  readonly evidence?: unknown
  readonly because?: readonly unknown[] | undefined
}

export function Reason({ because }: { readonly because: Because }) {
  const { sentence, member, evidence, because: inside = [] } = because
  const sign = member === 'unknown' ? '?' : member ? '✓' : '✗'
  return (
    <div>
      <p className="flex gap-2">
        <span className={member === true ? 'text-good' : 'text-bad'}>
          <span aria-hidden="true">{sign}</span>
          <span className="sr-only">{member === true ? t('person.holds') : t('person.holdsNot')}</span>
        </span>
        <span>
          {sentence}
          {evidence === undefined || inside.length > 0 ? null : (
            <span className="mt-0.5 block text-xs break-words text-muted">
              <Facts value={evidence} />
            </span>
          )}
        </span>
      </p>
      {inside.length > 0 ? (
        <ul className="mt-2 ml-2 flex flex-col gap-2 border-l border-line pl-4">
          {inside.map((one, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the conditions stand as they were written
            <li key={i}>
              {/* The contract says of what is inside only that it is the same again. */}
              <Reason because={one as Because} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/
const MOST_SHOWN = 5

/** Facts as they come, of any shape: names and values, instants in the viewer's zone, the first few of many. */
function Facts({ value }: { readonly value: unknown }) {
  if (typeof value === 'string' && INSTANT.test(value)) return <Time at={value} />
  if (Array.isArray(value)) {
    if (value.length === 0) return <>–</>
    return (
      <>
        {value.slice(0, MOST_SHOWN).map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: facts do not change places
          <span key={i}>
            {i > 0 ? ', ' : ''}
            <Facts value={one} />
          </span>
        ))}
        {value.length > MOST_SHOWN ? ` +${value.length - MOST_SHOWN}` : ''}
      </>
    )
  }
  if (typeof value !== 'object' || value === null)
    return <>{typeof value === 'string' ? value : JSON.stringify(value)}</>
  return Object.entries(value).map(([name, one], i) => (
    <span key={name}>
      {i > 0 ? ' · ' : ''}
      {name} <Facts value={one} />
    </span>
  ))
}
