/**
 * Where a link may lead: an absolute http or https address, and nothing that browsers read otherwise than it looks: no
 * user info (`https://bank.example@evil.example`), no missing or doubled slashes, no backslash, no blank or control
 * character anywhere.
 */
export const MOST_TARGET_CHARS = 2_048

/** Scheme, host (a name in any script, or an IPv6 address in brackets), port, and then a path, query or fragment. */
const TARGET =
  /^https?:\/\/(?:\[[0-9a-f:.]+\]|[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}._-]*[\p{L}\p{N}\p{M}])?\.?)(?::\d{1,5})?(?:[/?#].*)?$/iu
const FORBIDDEN = /[\s\p{C}\\]/u

/** What is wrong with a target, in words; undefined when a link may lead there. */
export function targetFault(url: string): string | undefined {
  if (url.length > MOST_TARGET_CHARS) return `must not be longer than ${MOST_TARGET_CHARS} characters`
  if (FORBIDDEN.test(url)) return 'must not contain blanks, backslashes or control characters'
  if (!/^https?:\/\//i.test(url)) return 'must be an http or https address'
  if (/^https?:\/\/[^/?#]*@/i.test(url)) return 'must not contain a user name or password'
  return TARGET.test(url) ? undefined : 'must be an http or https address with a host'
}
