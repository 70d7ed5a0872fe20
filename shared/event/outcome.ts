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
  beyond_dedup: 'older than the timeline keeps and received so long ago that a duplicate could not be told',
} as const
export type DropReason = keyof typeof DROP_REASONS

/** Not a valid message. */
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
} as const
export type RejectReason = keyof typeof REJECT_REASONS

/** Where processing gave up. */
export const DEAD_LETTER_STAGES = ['parse', 'normalize', 'resolve', 'apply', 'effects', 'queue', 'destination'] as const
export type DeadLetterStage = (typeof DEAD_LETTER_STAGES)[number]

export type Outcome =
  | { readonly kind: 'applied'; readonly late?: boolean; readonly redelivered?: boolean }
  | { readonly kind: 'duplicate'; readonly conflict?: boolean }
  | { readonly kind: 'dropped'; readonly reason: DropReason }
  | { readonly kind: 'rejected'; readonly reason: RejectReason }
  | { readonly kind: 'dead_letter'; readonly stage: DeadLetterStage; readonly reason: string }
