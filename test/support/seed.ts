import fc from 'fast-check'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    readonly seed: number
  }
}

/**
 * Properties draw the same inputs every time, so that a run says something about the change and not about luck. Other inputs:
 * `SEED=random npm test`, which prints the seed it took; `SEED=123 npm test` repeats it.
 */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: inject('seed') })
