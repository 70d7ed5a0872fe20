/** `/hooks/{provider}/{sourceId}`, or undefined. Names of connectors and providers are in lower case, with dashes. */
export interface HookPath {
  readonly provider: string
  readonly source: string
}

export const HOOKS = '/hooks/'

export function hookPathOf(path: string): HookPath | undefined {
  const parts = /^\/hooks\/([a-z][a-z0-9-]{1,39})\/([A-Za-z0-9_]{1,64})\/?$/.exec(path)
  return parts ? { provider: parts[1] as string, source: parts[2] as string } : undefined
}
