/** What the text of a user agent says. Names and versions as they are written on the tin, never a guess. */
export interface Agent {
  readonly browser?: Named
  readonly os?: Named
  readonly device?: Device
  /** It says itself that it is no person. */
  readonly bot?: { readonly verdict: 'bot' | 'headless'; readonly name?: string }
}

export interface Named {
  readonly name: string
  readonly version?: string
}

export interface Device {
  readonly type?: DeviceType
  readonly manufacturer?: string
  readonly model?: string
}

export const DEVICE_TYPES = ['desktop', 'mobile', 'tablet', 'tv'] as const
export type DeviceType = (typeof DEVICE_TYPES)[number]

/** A longer text is looked at no further: real ones have at most some hundred characters. */
export const AGENT_CHARS = 1_000
