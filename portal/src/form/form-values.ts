import type { Field, NamedField } from './field.ts'
import { isKept, isObject } from './read-schema.ts'

/**
 * Between a JSON document and what its inputs hold: texts, even of numbers; rows of lists and pairs. There and back gives
 * the same document, whatever is in it that the form does not show.
 */
export type FormValue = string | boolean | readonly string[] | readonly Row[] | FormGroup | undefined
export interface FormGroup {
  readonly [name: string]: FormValue
}
export interface Row {
  readonly item?: FormValue
  readonly key?: string
  readonly value?: string
  /** Of a stored secret in a list: what says which one it is. */
  readonly kept?: string
}

export interface FormProblem {
  /** Of the input, `settings.fields.0.value`. */
  readonly name: string
  readonly code: 'required' | 'json' | 'number' | 'twice'
}

export function toForm(field: Field, given: unknown): FormValue {
  const value = given === undefined && 'default' in field ? field.default : given
  switch (field.kind) {
    case 'text':
    case 'choice':
      return typeof value === 'string' ? value : ''
    case 'secret':
      return ''
    case 'number':
      return typeof value === 'number' ? String(value / (field.per ?? 1)) : ''
    case 'instant':
      return typeof value === 'string' ? localOf(value) : ''
    case 'switch':
      return value === true
    case 'choices':
      return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
    case 'list':
      return (Array.isArray(value) ? value : []).map((one: unknown) => ({
        item: toForm(field.item, one),
        ...(field.item.kind === 'secret' && isKept(one) ? { kept: one.last4 } : {}),
      }))
    case 'pairs':
      return Object.entries(isObject(value) ? value : {}).map(([key, one]) => ({ key, value: String(one) }))
    case 'group':
      return groupToForm(field.fields, value)
    case 'variants': {
      const object = isObject(value) ? value : {}
      const name = object[field.by] ?? field.variants[0]?.value ?? ''
      const chosen = field.variants.find((variant) => variant.value === name)
      return { ...groupToForm(chosen?.fields ?? [], object), [field.by]: String(name) }
    }
    case 'json':
      return value === undefined || value === null ? '' : JSON.stringify(value, null, 2)
  }
}

function groupToForm(fields: readonly NamedField[], value: unknown): FormGroup {
  const object = isObject(value) ? value : {}
  return Object.fromEntries(fields.map(({ name, field }) => [name, toForm(field, object[name])]))
}

export interface Read {
  /** Undefined: nothing was said. */
  readonly value: unknown
  readonly problems: readonly FormProblem[]
}

/** What the inputs say, as a document without what is empty. */
export function fromForm(field: Field, form: FormValue): Read {
  const problems: FormProblem[] = []
  const value = said(field, form, '', problems)
  return { value, problems }
}

function said(field: Field, form: FormValue, name: string, problems: FormProblem[]): unknown {
  switch (field.kind) {
    case 'text':
      return textSaid(form, field.look === 'line')
    case 'choice':
    case 'secret':
      return form === '' ? undefined : form
    case 'number':
      return numberSaid(form, field.per, name, problems)
    case 'instant':
      return instantOf(form)
    case 'switch':
      // What was never turned on is not said, unless it would be on.
      return form === true ? true : field.default === true ? false : undefined
    case 'choices':
      return Array.isArray(form) && form.length > 0 ? form : undefined
    case 'list': {
      const items = rowsOf(form).map((row, i) => rowSaid(field.item, row, `${name}.${i}.item`, problems))
      const there = items.filter((item) => item !== undefined)
      // Emptying a list that has a default says so: left out, it would be the default again.
      return there.length > 0 || (field.default?.length ?? 0) > 0 ? there : undefined
    }
    case 'pairs':
      return pairsSaid(rowsOf(form), name, problems)
    case 'group':
      return groupSaid(field.fields, form, name, problems)
    case 'variants': {
      const chosen = isObject(form) ? String(form[field.by] ?? '') : ''
      const fields = field.variants.find(({ value }) => value === chosen)?.fields ?? []
      return { [field.by]: chosen, ...(groupSaid(fields, form, name, problems, true) as object | undefined) }
    }
    case 'json':
      return jsonSaid(form, name, problems)
  }
}

/** `2026-03-01T12:30` in the zone of whoever types, as the input of a browser has it. */
export function localOf(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function instantOf(form: FormValue): string | undefined {
  const at = new Date(String(form ?? ''))
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

function textSaid(form: FormValue, isLine: boolean): string | undefined {
  const text = typeof form !== 'string' ? '' : isLine ? form.trim() : form
  return text === '' ? undefined : text
}

function rowSaid(item: Field, row: Row, name: string, problems: FormProblem[]): unknown {
  if (item.kind === 'secret' && row.kept !== undefined && !row.item) return { last4: row.kept }
  return said(item, row.item, name, problems)
}

function numberSaid(
  form: FormValue,
  per: number | undefined,
  name: string,
  problems: FormProblem[],
): number | undefined {
  const text = String(form ?? '').trim()
  if (text === '') return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) problems.push({ name, code: 'number' })
  // A unit of the document is whole; what divides badly comes back as it was.
  return per === undefined ? value : Math.round(value * per)
}

function jsonSaid(form: FormValue, name: string, problems: FormProblem[]): unknown {
  const text = String(form ?? '').trim()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    problems.push({ name, code: 'json' })
    return undefined
  }
}

function pairsSaid(rows: readonly Row[], name: string, problems: FormProblem[]): unknown {
  const pairs = new Map<string, string>()
  for (const [i, { key = '', value = '' }] of rows.entries()) {
    const known = key.trim()
    if (known === '' && value.trim() === '') continue
    if (known === '') problems.push({ name: `${name}.${i}.key`, code: 'required' })
    if (value.trim() === '') problems.push({ name: `${name}.${i}.value`, code: 'required' })
    if (pairs.has(known)) problems.push({ name: `${name}.${i}.key`, code: 'twice' })
    pairs.set(known, value.trim())
  }
  // None at all is said, too: it is something else than the default.
  return Object.fromEntries(pairs)
}

/** A group of which nothing is said is not said, unless it has to be there; only in one that is may something be missing. */
function groupSaid(
  fields: readonly NamedField[],
  form: FormValue,
  name: string,
  problems: FormProblem[],
  mustBe = name === '',
): unknown {
  const values = isObject(form) ? (form as FormGroup) : {}
  const missing: FormProblem[] = []
  const entries = fields.flatMap(({ name: key, field, isRequired }) => {
    const path = name === '' ? key : `${name}.${key}`
    const before = problems.length
    const value =
      field.kind === 'group'
        ? groupSaid(field.fields, values[key], path, problems, mustBe && isRequired)
        : said(field, values[key], path, problems)
    if (value !== undefined) return [[key, value] as const]
    const isKeptSecret = field.kind === 'secret' && field.kept !== undefined
    const isSettled = isKeptSecret || ('default' in field && field.default !== undefined)
    if (isRequired && !isSettled && problems.length === before) missing.push({ name: path, code: 'required' })
    return []
  })
  if (entries.length === 0 && !mustBe) return undefined
  problems.push(...missing)
  return Object.fromEntries(entries)
}

/** A row that says nothing is left out of the document, so that later ones move up. */
export function isEmptyRow(item: Field, row: Row): boolean {
  return rowSaid(item, row, '', []) === undefined
}

function rowsOf(form: FormValue): readonly Row[] {
  return Array.isArray(form) ? (form as readonly Row[]) : []
}
