import { DAY } from '../kernel/instant.ts'
import type { TrackingSettings } from './tracking-settings.ts'

/**
 * Keys of tracking links come in generations, like those of sources: the newest seals, older ones still open for as long
 * as the workspace says, because a mail lies in a mailbox for years. A generation ends with the rotation that made the
 * next one.
 */
type Keys = Pick<TrackingSettings, 'rotatedAt' | 'keepKeysDays' | 'revokedBelow'>

export function newestGeneration({ rotatedAt }: Keys): number {
  return rotatedAt.length + 1
}

/**
 * Whether links of a generation still hold. `now` in epoch milliseconds.
 * @law the newest key is accepted; an older one until keepKeysDays after its end, and never once it was revoked
 */
export function isAccepted(keys: Keys, generation: number, now: number): boolean {
  if (generation < keys.revokedBelow) return false
  // Made after these settings were read: the MAC says that it is ours.
  if (generation >= newestGeneration(keys)) return true
  return now < (keys.rotatedAt[generation - 1] as number) + keys.keepKeysDays * DAY
}
