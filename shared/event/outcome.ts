/**
 * What became of a copy. The ledger holds exactly one outcome per accepted copy, and their sum equals the copies
 * accepted. Reasons are closed lists: each is counted, documented and searchable.
 */

/** Valid, but on purpose not applied. */
export const DROP_REASONS = {
  no_usable_identifier: 'every identifier of the message is a blocked value',
  late: 'older than the window and grace, and the workspace chose archive_only',
  profile_rate: 'the profile took more events in that minute than the workspace allows',
  suppressed: 'it belongs to a person who was erased',
  not_an_event: 'a webhook told something that is no event of a person, or of a kind that is not known',
  source_disabled: 'the source is disabled or was deleted',
  transformation: 'a transformation of the workspace filtered it out',
  plugin: 'a plugin of the workspace dropped it',
  bot: 'sent by a bot, and the workspace drops what bots send',
  beyond_dedup: 'older than the timeline keeps and received so long ago that a duplicate could not be told',
} as const
export type DropReason = keyof typeof DROP_REASONS

/**
 * How an event can break a tracking plan (shared/tracking-plan). As a reason of rejection each stands behind `plan:`.
 */
export const VIOLATION_KINDS = {
  unplanned: 'the plan does not name the event',
  missing: 'a required property is missing',
  type: 'a property has another type than planned',
  value: 'a property has a value that the plan does not allow',
  unknown_property: 'a property that the plan does not name, where it allows no others',
} as const
export type ViolationKind = keyof typeof VIOLATION_KINDS

/** Not a valid message, or not one that the workspace planned for. */
export const REJECT_REASONS = {
  not_an_object: 'the item is not a JSON object',
  too_large: 'larger than one event may be',
  too_deep: 'nested too deep, or too many keys in one object',
  unknown_type: 'the type is none of track, identify, page, screen, group, alias',
  wrong_type: 'a field has the wrong JSON type',
  missing_identifier: 'neither userId nor anonymousId nor another identifier',
  missing_name: 'a track call without an event name',
  missing_group: 'a group call without groupId',
  missing_previous: 'an alias call without previousId or userId',
  id_too_long: 'messageId or an identifier is too long',
  'plan:unplanned': `tracking plan: ${VIOLATION_KINDS.unplanned}`,
  'plan:missing': `tracking plan: ${VIOLATION_KINDS.missing}`,
  'plan:type': `tracking plan: ${VIOLATION_KINDS.type}`,
  'plan:value': `tracking plan: ${VIOLATION_KINDS.value}`,
  'plan:unknown_property': `tracking plan: ${VIOLATION_KINDS.unknown_property}`,
} as const
export type RejectReason = keyof typeof REJECT_REASONS

/** Where processing gave up. */
export const DEAD_LETTER_STAGES = [
  'parse',
  'normalize',
  'transform',
  'plan',
  'enrich',
  'plugins',
  'resolve',
  'apply',
  'effects',
  'queue',
  'destination',
] as const
export type DeadLetterStage = (typeof DEAD_LETTER_STAGES)[number]

export type Outcome =
  | { readonly kind: 'applied'; readonly late?: boolean; readonly redelivered?: boolean }
  | { readonly kind: 'duplicate'; readonly conflict?: boolean }
  | { readonly kind: 'dropped'; readonly reason: DropReason }
  | { readonly kind: 'rejected'; readonly reason: RejectReason }
  | { readonly kind: 'dead_letter'; readonly stage: DeadLetterStage; readonly reason: string }

/** The outcome that a line of the archive says; undefined when it says none that is known. */
export function outcomeIn(line: Readonly<Record<string, unknown>>): Outcome | undefined {
  const { outcome: kind, reason, stage } = line
  switch (kind) {
    case 'applied':
      return { kind, ...(line['late'] === true ? { late: true } : {}), ...again(line) }
    case 'duplicate':
      return { kind, ...(line['conflict'] === true ? { conflict: true } : {}) }
    // Older versions may have had other reasons: what stands there is told.
    case 'dropped':
      return { kind, reason: String(reason) as DropReason }
    case 'rejected':
      return { kind, reason: String(reason) as RejectReason }
    case 'dead_letter':
      return { kind, stage: String(stage) as DeadLetterStage, reason: String(reason) }
    default:
      return undefined
  }
}

function again(line: Readonly<Record<string, unknown>>): { readonly redelivered?: true } {
  return line['redelivered'] === true ? { redelivered: true } : {}
}
