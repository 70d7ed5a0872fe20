/**
 * Which paths are the Worker's, by the patterns of `run_worker_first` in wrangler.toml: the others are files and pages of
 * the portal. In production Cloudflare decides this before the Worker; locally a router in front of every request would
 * cost more than the request, so the local entry asks here.
 */
export function workerPaths(patterns: readonly string[]): (path: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  return (path) => exact.has(path) || exact.has(path.replace(/\/$/, '')) || prefixes.some((one) => path.startsWith(one))
}
