export type Waited<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly fault: unknown }
  | { readonly kind: 'hung' }

const HUNG = { kind: 'hung' } as const

/**
 * Waits for work, but not for ever. The work goes on (nothing on this platform can be stopped); its late answer or
 * failure is nobody's. Never rejects.
 */
export async function patience<T>(ms: number, work: Promise<T>): Promise<Waited<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const bell = new Promise<typeof HUNG>((resolve) => {
    timer = setTimeout(resolve, ms, HUNG)
  })
  const settled = work.then(
    (value): Waited<T> => ({ kind: 'done', value }),
    (fault: unknown): Waited<T> => ({ kind: 'failed', fault }),
  )
  const first = await Promise.race([settled, bell])
  clearTimeout(timer)
  return first
}

/** The value within `ms`, for callers to whom a failure and a hang are the same. @throws the fault, or that it hung */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const waited = await patience(ms, work)
  if (waited.kind === 'done') return waited.value
  throw waited.kind === 'failed' ? waited.fault : new Error(`no answer within ${ms} ms`)
}
