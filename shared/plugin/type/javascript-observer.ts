import { z } from 'zod'
import { definePlugin } from '../manifest.ts'
import { Options } from '../remote-settings.ts'
import { AllowedHosts, Code, CodeSecret } from './javascript.ts'

export const javascriptObserver = definePlugin({
  name: 'javascript-observer',
  title: 'JavaScript observer',
  about: 'Runs code of yours on what happened, after it happened: in order per person, repeated when it throws.',
  kind: 'non-blocking',
  settings: z.strictObject({ code: Code, allow: AllowedHosts, options: Options, secret: CodeSecret }),
  secrets: ['secret'],
  code: { by: 'lane', destination: 'javascript' },
})
