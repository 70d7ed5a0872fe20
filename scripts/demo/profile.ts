import { readText, type Server } from './client.ts'

/** What the demo reads of a profile (contracts/http.md, "Profiles"). */
export interface Profile {
  readonly id: string
  readonly identifiers: readonly { readonly type: string; readonly value: string }[]
  readonly traits: { readonly [name: string]: unknown }
  readonly segments: readonly { readonly key: string }[]
  readonly eventCounts: { readonly [name: string]: number }
  /** ISO 8601. */
  readonly firstSeen: string
}

/** @param ref `type:value` or a canonical ID; undefined when nobody has it */
export async function readProfile(server: Server, ref: string): Promise<Profile | undefined> {
  const text = await readText(server, `/api/v1/profiles/${encodeURIComponent(ref)}`)
  return text === undefined ? undefined : (JSON.parse(text) as Profile)
}

/** A person as a few aligned lines. */
export function profileCard(title: string, profile: Profile): string {
  const lines: readonly (readonly [string, string])[] = [
    ['id', profile.id],
    ['identifiers', strongestFirst(profile.identifiers).join(', ')],
    ['traits', pairs(profile.traits)],
    ['events', pairs(profile.eventCounts)],
    ['segments', profile.segments.map(({ key }) => key).join(', ')],
  ]
  return [title, ...lines.map(([label, text]) => `  ${label.padEnd(12)} ${text === '' ? '–' : text}`)].join('\n')
}

const STRENGTH = ['user_id', 'email', 'phone', 'device_id', 'anonymous_id']

function strongestFirst(identifiers: Profile['identifiers']): readonly string[] {
  const rank = ({ type }: { readonly type: string }) => STRENGTH.indexOf(type)
  return [...identifiers].sort((a, b) => rank(a) - rank(b)).map(({ type, value }) => `${type} ${value}`)
}

function pairs(values: { readonly [name: string]: unknown }): string {
  return Object.keys(values)
    .sort()
    .map((name) => `${name} ${typeof values[name] === 'object' ? JSON.stringify(values[name]) : values[name]}`)
    .join(', ')
}
