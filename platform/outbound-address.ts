import ipaddr from 'ipaddr.js'

/**
 * Where we may call: `https` on public addresses. A local Tributary (`npm start`) may also call the machine it runs on,
 * by plain `http` and at any port. Names are looked at again when they are resolved (platform/outbound.ts).
 */
export interface OutboundRules {
  /** OUTBOUND = "local" */
  readonly local: boolean
}

export function outboundRules(env: Env): OutboundRules {
  return { local: (env.OUTBOUND as string) === 'local' }
}

/** Why a URL must not be called, in words; undefined when it may. */
export function refusedUrl(text: string, { local }: OutboundRules): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'is no address'
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  const host = hostOf(url)
  const isLoopback = isLoopbackHost(host)
  if (isLoopback && local) return /^https?:$/.test(url.protocol) ? undefined : 'must be http or https'
  if (url.protocol !== 'https:') return 'must be https'
  if (isLoopback) return 'must not be this machine itself'
  return ipaddr.isValid(host) ? refusedAddress(host, { local }) : refusedName(host)
}

/** Why an address must not be called, in words; undefined when it is public. IPv4 inside of IPv6 is what it stands for. */
export function refusedAddress(address: string, { local }: OutboundRules): string | undefined {
  if (!ipaddr.isValid(address)) return 'is no address'
  const ip = embedded(ipaddr.process(address))
  const range = ip.range()
  if (range === 'unicast' || (local && range === 'loopback')) return undefined
  return `must be a public address and is ${range}`
}

/** NAT64 and 6to4 carry an IPv4 address inside. */
function embedded(ip: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (ip.kind() === 'ipv4') return ip
  const bytes = ip.toByteArray()
  const range = ip.range()
  if (range === 'rfc6052') return ipaddr.fromByteArray(bytes.slice(12))
  // IPv4-compatible, deprecated and still routed by some.
  if (bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12).some((byte) => byte > 1)) {
    return ipaddr.fromByteArray(bytes.slice(12))
  }
  return ip
}

/** Names that only mean something inside a network. */
const INNER = /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home|corp|private|arpa|onion|invalid)$/

function refusedName(host: string): string | undefined {
  if (INNER.test(host)) return 'must be a public name'
  return host.includes('.') ? undefined : 'must be a public name'
}

function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  return ipaddr.isValid(host) && embedded(ipaddr.process(host)).range() === 'loopback'
}

/** Without brackets and without the dot at the end that names may have; URL has made decimal and octal forms plain. */
export function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
}
