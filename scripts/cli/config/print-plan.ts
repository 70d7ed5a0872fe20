import { isObject, type JsonValue } from '../../../shared/kernel/json.ts'
import type { Change, FieldChange, Plan } from './difference.ts'
import { kindOf } from './kinds.ts'
import { isSecretMark } from './state.ts'

const SIGN = { create: '+', change: '~', delete: '-' } as const
/** Longer values tell nobody more. */
const MOST_CHARS = 100
const MOST_NAMED = 10

/** What would be done, for people: the things, and of what changes every field. Nothing in `hidden` is shown. */
export function printedPlan({ changes, unchanged, others }: Plan, hidden: readonly string[]): string {
  const lines = changes.flatMap((change) => [titleOf(change), ...fieldsOf(change, hidden)])
  const count = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).length
  const said = `${count('create')} to create, ${count('change')} to change, ${count('delete')} to delete, ${unchanged} unchanged`
  return [
    ...lines,
    ...othersOf(others),
    changes.length === 0 ? `No differences, ${unchanged} unchanged.` : `${said}.`,
  ].join('\n')
}

export function titleOf({ kind, section, name }: Pick<Change, 'kind' | 'section' | 'name'>): string {
  const noun = kindOf(section)?.noun
  return noun === undefined ? `${SIGN[kind]} workspace settings` : `${SIGN[kind]} ${noun} ${name}`
}

function fieldsOf({ kind, name, fields }: Change, hidden: readonly string[]): readonly string[] {
  if (kind === 'delete') return []
  const say = (value: JsonValue | undefined) => (value === undefined ? '(default)' : shown(value, hidden))
  if (kind === 'change') return fields.map(({ path, before, after }) => `    ${path}: ${say(before)} → ${say(after)}`)
  // What it is called stands in the title.
  const said = fields.filter(({ path, after }) => !((path === 'name' || path === 'key') && after === name))
  return said.flatMap(settingBySetting).map(({ path, after }) => `    ${path}: ${say(after)}`)
}

function settingBySetting(field: FieldChange): readonly FieldChange[] {
  const { path, after } = field
  if (path !== 'settings' || !isObject(after)) return [field]
  return Object.entries(after).map(([name, value]) => ({ path: `settings.${name}`, before: undefined, after: value }))
}

function shown(value: JsonValue, hidden: readonly string[]): string {
  const text = JSON.stringify(value, (_, inner) => (isSecretMark(inner) ? '(secret)' : inner))
  const masked = text.replaceAll('"(secret)"', '(secret)')
  return masked.length > MOST_CHARS ? `${maskedText(masked, hidden).slice(0, MOST_CHARS)}…` : maskedText(masked, hidden)
}

/** Without what came from the environment. */
export function maskedText(text: string, hidden: readonly string[]): string {
  // Longest first: a short one inside of a long one would leave the rest to be seen.
  const forms = hidden
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter((value) => value.length >= 4)
  return forms.toSorted((a, b) => b.length - a.length).reduce((masked, value) => masked.replaceAll(value, '••••'), text)
}

function othersOf(others: Plan['others']): readonly string[] {
  if (others.length === 0) return []
  const bySection = [...Map.groupBy(others, ({ section }) => section)].map(([section, all]) => {
    const names = all.slice(0, MOST_NAMED).map(({ name }) => name)
    return `${all.length} of ${section} (${names.join(', ')}${all.length > MOST_NAMED ? ', …' : ''})`
  })
  return [`not in the file: ${bySection.join(', ')}; they stay, --prune deletes them`]
}
