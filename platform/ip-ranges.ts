import ipaddr from 'ipaddr.js'

/** Whether an address is in a list of addresses and ranges (CIDR), IPv4 and IPv6; `::ffff:1.2.3.4` is `1.2.3.4`. */
type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Per list as the configuration cache holds it: parsing it costs more than asking it. */
const parsed = new WeakMap<readonly string[], readonly Range[]>()

export function isInRanges(address: string | null, list: readonly string[]): boolean {
  if (address === null || !ipaddr.isValid(address)) return false
  const ip = ipaddr.process(address)
  return rangesOf(list).some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits))
}

function rangesOf(list: readonly string[]): readonly Range[] {
  const known = parsed.get(list)
  if (known) return known
  const ranges = list.map(rangeOf)
  parsed.set(list, ranges)
  return ranges
}

/** What is written was checked when it was saved (shared/config/source-settings.ts). */
function rangeOf(text: string): Range {
  if (!text.includes('/')) {
    const ip = ipaddr.process(text)
    return [ip, ip.kind() === 'ipv4' ? 32 : 128]
  }
  const [ip, bits] = ipaddr.parseCIDR(text)
  const mapped = ip.kind() === 'ipv6' && (ip as ipaddr.IPv6).isIPv4MappedAddress() && bits >= 96
  return mapped ? [(ip as ipaddr.IPv6).toIPv4Address(), bits - 96] : [ip, bits]
}
