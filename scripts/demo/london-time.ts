/**
 * Wall-clock time of Europe/London to an instant, across the changes to and from summer time. An hour that happens
 * twice means the first one; an hour that is skipped means the same distance into the next.
 */
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?$/

const london = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', hourCycle: 'h23' })

/** Epoch milliseconds of e.g. `2011-06-01 09:30:00`, or undefined when the text is no such time. */
export function londonInstant(text: string): number | undefined {
  const match = LOCAL.exec(text.trim())
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as Six
  const asIfUtc = Date.UTC(year, month - 1, day, hour, minute, second)
  const exists = new Date(asIfUtc)
    .toISOString()
    .startsWith(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}`)
  if (!exists) return undefined
  // Summer time comes first in the doubled hour, so it is tried first; neither fits in the skipped one.
  const summer = asIfUtc - HOUR
  return hourInLondon(summer) === hour ? summer : asIfUtc
}

type Six = [number, number, number, number, number, number]

const HOUR = 3_600_000

function hourInLondon(at: number): number {
  return Number(london.format(at))
}
