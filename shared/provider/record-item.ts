import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Person, RecordChange, RecordOp } from './hook-event.ts'
import { about } from './message-person.ts'

/**
 * A changed record of a CRM as a message: the fields of a person become traits, everything else that happened to one is
 * an event. Records of anything else (accounts, deals) are archived and told nobody.
 */
const PEOPLE = new Set(['contact', 'lead'])

/** Their fields by our names for them; every other field keeps its own behind the system's name. */
const TRAITS: Readonly<Record<string, string>> = {
  email: 'email',
  firstname: 'firstName',
  'name.firstname': 'firstName',
  lastname: 'lastName',
  'name.lastname': 'lastName',
  name: 'name',
  title: 'title',
  jobtitle: 'title',
  birthdate: 'birthday',
  date_of_birth: 'birthday',
  // The office's number is shared by many and must join nobody.
  mobilephone: 'phone',
}

const SYSTEMS: Readonly<Record<RecordChange['system'], string>> = { salesforce: 'Salesforce', hubspot: 'HubSpot' }

const HAPPENED: Readonly<Record<Exclude<RecordOp, 'upsert' | 'update' | 'undelete'>, string>> = {
  delete: 'Deleted',
  merge: 'Merged',
  erase: 'Erasure Requested',
  mark_dirty_and_refetch: 'Changed',
  resync: 'Resync Needed',
}

export function recordItem(change: RecordChange, provider: string): JsonObject | undefined {
  if (!PEOPLE.has(change.entity.toLowerCase()) || change.op === 'resync') return undefined
  const id = { [`${change.system}_${change.entity.toLowerCase()}_id`]: change.record }
  switch (change.op) {
    case 'upsert':
    case 'update':
    case 'undelete': {
      const traits = traitsOf(change)
      return { type: 'identify', messageId: change.dedup, ...about({ externalIds: id }, change.at, provider), traits }
    }
    default:
      return happened(change, { externalIds: id }, provider)
  }
}

function happened(change: RecordChange, person: Person, provider: string): JsonObject {
  const { op, entity, record, system, merged } = change
  const event = `${SYSTEMS[system]} ${entity.charAt(0).toUpperCase()}${entity.slice(1)} ${HAPPENED[op as keyof typeof HAPPENED]}`
  const properties = { type: op, provider, entity, record, ...(merged ? { merged: [...merged] } : {}) }
  return { type: 'track', event, messageId: change.dedup, ...about(person, change.at, provider), properties }
}

function traitsOf({ set, clear, system }: RecordChange): JsonObject {
  const traits: { [name: string]: JsonValue } = {}
  for (const field of clear) traits[traitName(field, system)] = null
  // Values come out of JSON.parse, XML or CSV, so they are JSON.
  for (const [field, value] of Object.entries(set)) traits[traitName(field, system)] = value as JsonValue
  return traits
}

function traitName(field: string, system: string): string {
  const known = field.toLowerCase()
  return Object.hasOwn(TRAITS, known) ? (TRAITS[known] as string) : `${system}_${field.replaceAll('.', '_')}`
}
