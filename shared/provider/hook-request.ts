/**
 * A provider's call as it arrived, and what the source was told about the provider. The bytes are kept beside the
 * text: signatures are checked over the bytes, and nothing is ever written out again to be checked.
 */
export interface HookRequest {
  readonly method: string
  /** Without `?`, as it came on the wire. */
  readonly query: string
  /** Names in lower case. What came twice is joined with `, `, as the platform does. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** The bytes as UTF-8. */
  readonly text: string
}

export interface HookSettings {
  /** Any of them may have signed, so that they can be rotated. */
  readonly secrets: readonly string[]
  /** The address as configured at the provider; some schemes sign it. */
  readonly publicUrl?: string | undefined
  readonly basicAuth?: { readonly user: string; readonly password: string } | undefined
  readonly bearerToken?: string | undefined
  readonly verifyToken?: string | undefined
  readonly topicArns?: readonly string[] | undefined
  readonly maxAgeSeconds?: number | undefined
  /** Salesforce organisations that may post outbound messages. */
  readonly organizationIds?: readonly string[] | undefined
  /** HubSpot's first two schemes, which sign no time. */
  readonly legacySignatures?: boolean | undefined
}

export function header(request: Pick<HookRequest, 'headers'>, name: string): string | undefined {
  const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined
  return value === undefined || value === '' ? undefined : value
}

/** `application/json` of `application/json; charset=utf-8`. */
export function mediaTypeOf(request: Pick<HookRequest, 'headers'>): string {
  return (header(request, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/**
 * The address the provider signed: the configured text, never the request's own, because parsing an address lower-cases
 * its host and drops default ports and credentials. The request's query stands in for the configured one: a provider
 * may add to it (Twilio's bodySHA256).
 */
export function signedUrl(request: Pick<HookRequest, 'query'>, settings: HookSettings): string | undefined {
  const configured = settings.publicUrl
  if (configured === undefined || configured === '') return undefined
  const bare = configured.split('#', 1)[0] as string
  if (request.query === '') return bare
  return `${bare.split('?', 1)[0]}?${request.query}`
}
