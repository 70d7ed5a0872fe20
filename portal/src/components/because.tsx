import { t } from '../words/words.ts'

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
            <span className="block font-mono text-xs break-all text-muted">{JSON.stringify(evidence)}</span>
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
