/** Every limit on what strangers may send, in one place. Sizes are bytes of UTF-8 JSON. */
export const LIMITS = {
  /** Largest single event. */
  eventBytes: 64 * 1024,
  /** Largest request body after decompression. */
  requestBytes: 1024 * 1024,
  /** Largest file of a bulk import. */
  importBytes: 100 * 1024 * 1024,
  /** Most items in one batch (the number Segment documents). */
  batchItems: 2_500,
  /** Levels of objects and arrays in one event. */
  depth: 32,
  /** Keys in one object. */
  keys: 1_000,
  /** Characters of messageId and of every identifier. */
  idChars: 255,
  /** Characters of an event name; longer names are almost always data put into the name by mistake. */
  nameChars: 512,
  /** Custom identifiers (`context.externalIds`) in one message. */
  externalIds: 20,
} as const
