import { z } from 'zod'
import { defineContract } from './contract.ts'
import {
  CodeBody,
  EventBody,
  StepsBody,
  TransformationEvents,
  TransformationSources,
} from './transformation-document.ts'

const Changes = z
  .array(z.object({ path: z.string(), change: z.enum(['added', 'removed', 'changed']) }).readonly())
  .readonly()
  .meta({ description: 'Where before and after differ; at most 200 places' })

const Reason = z.string().optional()
const Outcome = z.enum(['changed', 'unchanged', 'dropped', 'failed', 'not_selected']).meta({
  description: '`failed`: a dead letter; `not_selected`: none of its sources or events, so nothing was done',
})

export const previewTransformation = defineContract({
  name: 'previewTransformation',
  method: 'post',
  path: '/api/v1/transformations:preview',
  group: 'Operations',
  scope: 'transformations:read',
  summary: 'What a transformation makes of an event, without any event going anywhere',
  description:
    'Of a transformation that is saved (`id`), of `steps` or `code` that are not, or of both: the saved one as it would be ' +
    'with these steps. On the event that is given, as an SDK sends it; on one that arrived (`messageId`); or on the newest ' +
    'that arrived of its sources and events. With `all`, every enabled transformation of the workspace is run in order. ' +
    'An event that arrived is personal data: the token also needs `profiles:read` for it.',
  body: z
    .strictObject({
      id: z.string().min(1).max(100).optional(),
      steps: StepsBody.optional(),
      code: CodeBody.optional(),
      sources: TransformationSources.optional(),
      events: TransformationEvents.optional(),
      event: EventBody.optional(),
      messageId: z.string().min(1).max(400).optional(),
      source: z.string().min(1).max(100).optional().meta({ description: 'Id of the source whose event it is' }),
      all: z.boolean().default(false),
    })
    .refine(({ id, steps, code, all }) => all || (id ?? steps ?? code) !== undefined, {
      path: ['steps'],
      message: 'is required, or code, or the id of a transformation, or all',
    })
    .refine(({ event, messageId }) => event === undefined || messageId === undefined, {
      path: ['messageId'],
      message: 'cannot be given together with an event',
    }),
  reply: z.object({
    messageId: z.string(),
    source: z.string(),
    from: z.enum(['given', 'archive', 'timeline']).meta({
      description: 'Where the event is from; of the timeline it is as the stages had made it when it arrived',
    }),
    outcome: Outcome,
    reason: Reason,
    before: EventBody,
    after: EventBody.nullable().meta({ description: 'null: it goes no further' }),
    changes: Changes,
    transformations: z
      .array(
        z.object({
          id: z.string().nullable(),
          name: z.string(),
          outcome: Outcome,
          reason: Reason,
          changes: Changes,
          logs: z.array(z.string()).optional().meta({ description: 'What its code wrote to the console' }),
        }),
      )
      .meta({ description: 'One after the other; what comes after a drop is not run' }),
  }),
  failures: ['not_found', 'unprocessable'],
})
