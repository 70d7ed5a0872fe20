import type { z } from 'zod'
import type { FieldError } from '../kernel/failure.ts'
import { isObject, own } from '../kernel/json.ts'
import { quoted } from './words.ts'

/** What zod found wrong (parsed with `reportInput`), as paths with dots and messages for people. */
type Issue = z.core.$ZodIssue

/** More errors than these help nobody. */
const MOST_ERRORS = 20

export function fieldErrors(issues: readonly Issue[]): readonly FieldError[] {
  return issues.flatMap((issue) => explained(issue, [])).slice(0, MOST_ERRORS)
}

function explained(issue: Issue, parents: readonly PropertyKey[]): readonly FieldError[] {
  const path = [...parents, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a field here' }))
  }
  if (issue.code === 'invalid_union') {
    // The form that was meant is the one that has all the fields given, when there is only one.
    const meant = issue.errors.filter((form) => !form.some((inner) => inner.code === 'unrecognized_keys'))
    if (meant.length === 1) return meant[0]?.flatMap((inner) => explained(inner, path)) ?? []
  }
  const missing = issue.code !== 'custom' && issue.input === undefined
  return [{ path: path.join('.'), message: missing ? 'is required' : messageOf(issue) }]
}

/** Of a choice what was chosen is named, too: a list of forty names alone does not say which one is wrong. */
function messageOf(issue: Issue): string {
  const message = issue.message.replace(/^Invalid [\w ]+[:.] /, '')
  const chosen =
    issue.code === 'invalid_union' ? chosenType(issue.input) : issue.code === 'invalid_value' && issue.input
  return typeof chosen === 'string' ? `${named(chosen)} is not known here: ${lowerFirst(message)}` : message
}

function chosenType(input: unknown): unknown {
  return isObject(input) ? own(input, 'type') : undefined
}

/** Longest name that is repeated to its sender. */
const MOST_CHARS = 40

function named(text: string): string {
  return quoted(text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
