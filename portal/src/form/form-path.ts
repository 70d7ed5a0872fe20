import type { Field } from './field.ts'
import { type FormValue, isEmptyRow, type Row } from './form-values.ts'
import { isObject } from './read-schema.ts'

export interface Place {
  /** Of an input. */
  readonly name: string
  /** How far into what that input holds the path goes on: into JSON. */
  readonly rest: string
}

/**
 * The input that a path of the server's is about: `settings.fields.Email` is the third row of a table. Undefined when the
 * form has none for it.
 */
export function placeOf(field: Field, path: string, form: FormValue): Place | undefined {
  return found(field, path === '' ? [] : path.split('.'), form, [])
}

function found(field: Field, path: readonly string[], form: FormValue, name: readonly string[]): Place | undefined {
  const [key, ...rest] = path
  const here = { name: name.join('.'), rest: path.join('.') }
  switch (field.kind) {
    case 'group':
    case 'variants': {
      const fields =
        field.kind === 'group'
          ? field.fields
          : (field.variants.find(({ value }) => isObject(form) && form[field.by] === value)?.fields ?? [])
      if (key !== undefined && field.kind === 'variants' && key === field.by)
        return { name: [...name, key].join('.'), rest: '' }
      const inner = fields.find((one) => one.name === key)
      if (!inner || key === undefined) return undefined
      return found(inner.field, rest, isObject(form) ? (form[key] as FormValue) : undefined, [...name, key])
    }
    case 'list': {
      const rows = rowsOf(form)
      const row = rows.filter((one) => !isEmptyRow(field.item, one))[Number(key)]
      if (key === undefined || !row) return here
      return found(field.item, rest, row.item, [...name, String(rows.indexOf(row)), 'item'])
    }
    case 'pairs': {
      // A name may have dots in it.
      const at = rowsOf(form).findIndex((row) => row.key === path.join('.'))
      return at === -1 ? here : { name: [...name, String(at), 'value'].join('.'), rest: '' }
    }
    default:
      return here
  }
}

function rowsOf(form: FormValue): readonly Row[] {
  return Array.isArray(form) ? (form as readonly Row[]) : []
}
