import type { ConfigStore } from '../../platform/config-store.ts'
import { sourceOfWriteKey } from '../../platform/hashing.ts'

/** Who sends, as far as the edge knows. */
export interface Sender {
  readonly source: string
  /** Unknown while the configuration cannot be read: then a well-formed key is enough, and the consumer decides. */
  readonly workspace: string | undefined
}

/**
 * The source a write key speaks for, or undefined for a key that is certainly not valid: made up (its MAC costs no
 * read), of a source that was deleted, or of one that is disabled.
 */
export async function senderOf(key: string, secret: string, configs: ConfigStore): Promise<Sender | undefined> {
  const source = sourceOfWriteKey(secret, key)
  if (source === undefined) return undefined
  const config = await configs.source(source)
  if (config === 'unreadable') return { source, workspace: undefined }
  if (config === 'unknown' || !config.enabled) return undefined
  return { source, workspace: config.workspace }
}
