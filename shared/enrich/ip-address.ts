/** What is kept of the address of a connection. */
export const IP_RULES = ['keep', 'truncate', 'drop'] as const
export type IpRule = (typeof IP_RULES)[number]

/**
 * An address without the part that tells one household from the next: the last byte of IPv4, all but the first 48 bits of
 * IPv6. What is no address is nothing.
 *
 * @example truncatedIp('203.0.113.77') // '203.0.113.0'
 * @example truncatedIp('2001:db8:1:2::9') // '2001:db8:1::'
 */
export function truncatedIp(ip: string): string | undefined {
  const v4 = IPV4.exec(ip)
  if (v4) return `${v4[1]}.0`
  const mapped = MAPPED.exec(ip)
  if (mapped) return `${mapped[1]}.0`
  if (!/^[0-9a-f:]{2,39}$/i.test(ip) || !ip.includes(':')) return undefined
  const [head = '', tail, more] = ip.toLowerCase().split('::')
  if (more !== undefined) return undefined
  const [first, last] = [groups(head), groups(tail ?? '')]
  // `::` stands for as many zeros as are missing.
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length
  if (zeros < 0) return undefined
  const all = [...first, ...Array.from({ length: zeros }, () => '0'), ...last]
  if (all.length !== 8) return undefined
  const kept = all.slice(0, 3).map((group) => group.replace(/^0+(?=.)/, ''))
  while (kept.at(-1) === '0') kept.pop()
  return `${kept.join(':')}::`
}

const IPV4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/
const MAPPED = /^::ffff:(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i

function groups(text: string): readonly string[] {
  return text === '' ? [] : text.split(':')
}

/** An address as the rule allows it. */
export function keptIp(ip: string, rule: IpRule): string | undefined {
  if (rule === 'keep') return ip
  return rule === 'truncate' ? truncatedIp(ip) : undefined
}
