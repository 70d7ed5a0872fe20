import { styleText } from 'node:util'
import type { LiveEvent } from '../../shared/pipeline/live.ts'

export type TailEvent = LiveEvent & { readonly payload?: unknown; readonly payloadChars?: number }

const COLOURS = { applied: 'green', duplicate: 'gray', dropped: 'yellow', rejected: 'red', dead_letter: 'red' } as const

/** `12:03:04.123  rejected     track     Order Placed  src_web  m-17  missing_name: userId is required` */
export function tailLine(event: TailEvent, { payload, colour }: { payload: boolean; colour: boolean }): string {
  const { decidedAt, outcome, type = '-', name = '', source, messageId, canonicalId } = event
  const padded = outcome.padEnd(11)
  const parts = [
    decidedAt.slice(11, 23),
    colour ? styleText(COLOURS[outcome], padded, { validateStream: false }) : padded,
    type.padEnd(8),
    printable(name).padEnd(24),
    source,
    printable(messageId),
    ...(canonicalId === undefined ? [] : [canonicalId]),
    ...remarks(event),
  ]
  const line = `${parts.join('  ')}\n`
  if (!payload) return line
  if (event.payload !== undefined) return `${line}${indented(JSON.stringify(event.payload, null, 2))}\n`
  return event.payloadChars === undefined ? line : `${line}    (${event.payloadChars} characters: too long to show)\n`
}

function remarks({ stage, reason, fault, flags, refusedLinks, notes }: TailEvent): string[] {
  const why = [stage, reason].filter((one) => one !== undefined).join(': ')
  return [
    ...(why === '' ? [] : [printable(why)]),
    ...(fault ? [printable(`${fault.path} ${fault.message}`)] : []),
    ...flags,
    ...(refusedLinks.length > 0 ? [`links refused: ${refusedLinks.join(', ')}`] : []),
    ...notes.map(({ step, outcome, reason: because }) =>
      printable(`${step} ${outcome}${because === undefined ? '' : ` (${because})`}`),
    ),
  ]
}

/** What strangers send may hold what a terminal takes for a command. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·')
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ')
}
