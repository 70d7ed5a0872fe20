import { byVersion } from '../../shared/tracking-plan/planned-event.ts'
import type { PlannedEvent } from '../../shared/tracking-plan/tracking-plan.ts'
import { type CodeNames, codeNames } from './codegen-names.ts'
import { typesOf } from './codegen-types.ts'

/** What a module is written from. */
export interface CodePlan {
  readonly name: string
  readonly events: readonly PlannedEvent[]
}

/** Names of the types of calls that are no track calls. */
const CALLS: Readonly<Record<string, string>> = {
  $identify: 'Identify Traits',
  $group: 'Group Traits',
  $page: 'Page Properties',
  $screen: 'Screen Properties',
}

interface Named {
  readonly event: PlannedEvent
  readonly names: CodeNames
  /** The version has to be told, because there are several. */
  readonly isPinned: boolean
}

/** A TypeScript module with a type and a function per event: the same plan gives the same text. */
export async function typescriptModule({ name, events }: CodePlan): Promise<string> {
  const all = namedOf(events)
  const types: string[] = []
  for (const { event, names } of all) types.push(await typesOf(event.schema, names.type))
  const tracked = all.filter(({ event }) => CALLS[event.name] === undefined)
  return [
    `// Written by \`npx tributary codegen\` from the tracking plan ${JSON.stringify(name)}. Changes are lost the next time.`,
    ...types,
    SHAPES,
    clientOf('browserEvents', 'BrowserAnalytics', BROWSER_DOC, tracked.map(browserFunction)),
    clientOf('serverEvents', 'ServerAnalytics', SERVER_DOC, tracked.map(serverFunction)),
    ...(all.some(({ isPinned }) => isPinned) ? [PINNED] : []),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n')
}

/** By name, the newest version of an event first: it has the plain name. */
function namedOf(events: readonly PlannedEvent[]): readonly Named[] {
  const sorted = [...events].sort((a, b) => order(a.name, b.name) || byVersion(b.version, a.version))
  const versions = sorted.map((event, i) => ({ event, isNewest: sorted[i - 1]?.name !== event.name }))
  const names = codeNames(
    versions.map(({ event, isNewest }) => ({
      name: CALLS[event.name] ?? event.name,
      suffix: isNewest ? '' : `V${event.version}`,
    })),
  )
  return versions.map(({ event }, i) => ({
    event,
    names: names[i] as CodeNames,
    isPinned: sorted.filter((one) => one.name === event.name).length > 1,
  }))
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function clientOf(name: string, analytics: string, doc: string, functions: readonly string[]): string {
  const body = functions.length > 0 ? `\n${functions.join('\n')}\n  ` : ''
  return `${doc}\nexport function ${name}(analytics: ${analytics}) {\n  return {${body}}\n}`
}

function browserFunction({ event, names, isPinned }: Named): string {
  const options = isPinned ? `pinned(options, ${JSON.stringify(String(event.version))})` : 'options'
  return `    ${names.function}: (properties: ${names.type}, options?: EventOptions) =>
      analytics.track(${JSON.stringify(event.name)}, properties, ${options}),`
}

function serverFunction({ event, names, isPinned }: Named): string {
  const sender = isPinned ? `...pinned(sender, ${JSON.stringify(String(event.version))})` : '...sender'
  return `    ${names.function}: (properties: ${names.type}, sender: Sender) =>
      analytics.track({ ${sender}, event: ${JSON.stringify(event.name)}, properties }),`
}

const SHAPES = `/** What may be said beside the properties: \`context\`, \`integrations\`, \`timestamp\`. */
export interface EventOptions {
  [option: string]: any
}

/** Who did it, for SDKs on servers. */
export type Sender = EventOptions & ({ userId: string } | { anonymousId: string })

/** An SDK for browsers: Segment's analytics.js, RudderStack's, and what is made like them. */
export interface BrowserAnalytics {
  track(event: string, properties: any, options?: any): unknown
}

/** An SDK for servers, which is told who did it with every call. */
export interface ServerAnalytics {
  track(message: any): unknown
}`

const BROWSER_DOC = '/** @example const { orderCompleted } = browserEvents(analytics) */'
const SERVER_DOC = "/** @example serverEvents(analytics).orderCompleted({ total: 5 }, { userId: 'u1' }) */"

const PINNED = `/** Says which version of the event is meant. */
function pinned<T extends EventOptions>(options: T | undefined, version: string) {
  const context = { ...options?.['context'] }
  return { ...(options as T), context: { ...context, protocols: { ...context.protocols, event_version: version } } }
}`
