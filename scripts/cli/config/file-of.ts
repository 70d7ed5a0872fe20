import { defaultSettings } from '../../../shared/config/workspace-config.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../shared/kernel/json.ts'
import { kindOf } from './kinds.ts'
import { settingsFields } from './present.ts'
import { decidedSettings } from './settings-change.ts'
import { type Entry, isSecretMark, type State } from './state.ts'
import { SECTIONS } from './wanted.ts'

/** A state as a file, and the variables that stand for its secrets. */
export function fileOf(state: State): { readonly text: string; readonly variables: readonly string[] } {
  const variables: string[] = []
  const file: Record<string, JsonValue> = {}
  for (const section of SECTIONS) {
    const entries = (state[section] ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    file[section] =
      section === 'workspace'
        ? fromDefaults(entries)
        : entries.map((entry) => deepOf(section, written(entry, variables)))
  }
  // No comment in it: whatever reads JSON reads a file that is called so.
  return { text: `${JSON.stringify(file, null, 2)}\n`, variables }
}

/** Only what was decided: everything else follows the defaults, also when they change. */
function fromDefaults(entries: readonly Entry[]): JsonObject {
  const [settings] = entries
  return settings
    ? decidedSettings(
        settings.fields,
        settingsFields(defaultSettings, (source) => source),
      )
    : {}
}

function deepOf(section: string, entry: JsonValue): JsonValue {
  return isObject(entry) ? (kindOf(section)?.deep?.(entry) ?? entry) : entry
}

function written({ name, fields }: Entry, variables: string[]): JsonValue {
  const write = (value: JsonValue, path: readonly string[]): JsonValue => {
    if (isSecretMark(value)) {
      const variable = freeName([name, ...path].join('_'), variables)
      variables.push(variable)
      return { env: variable }
    }
    if (Array.isArray(value)) return value.map((inner, i) => write(inner, [...path, String(i + 1)])) as JsonValue
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, write(inner, key === 'settings' ? path : [...path, key])]),
    )
  }
  return write(fields, [])
}

/** `CRM_SECRET` of the secret of `CRM`. */
function freeName(text: string, taken: readonly string[]): string {
  const plain = text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
  const name = /^[A-Z]/.test(plain) ? plain : `SECRET_${plain}`
  if (!taken.includes(name)) return name
  for (let n = 2; ; n++) if (!taken.includes(`${name}_${n}`)) return `${name}_${n}`
}
