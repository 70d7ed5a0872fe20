import type { z } from 'zod'
import type { DeadLetterDocument } from '../../shared/contract/list-dead-letters.ts'
import type { readDeadLetter } from '../../shared/contract/read-dead-letter.ts'

export type Letter = z.output<typeof DeadLetterDocument>
export type SingleLetter = z.output<typeof readDeadLetter.reply>

export function letterLine({ at, stage, type, name, reason, id }: Letter): string {
  return `${at}  ${stage.padEnd(11)}  ${(name ?? type ?? '-').padEnd(20)}  ${id}  ${reason}`
}

/** One letter to be read by a person: what is known of it, then what it holds. */
export function letterPage(letter: SingleLetter): string {
  const { id, messageId, source, destination, stage, reason, at, attempts, trace, event, body } = letter
  const facts = { id, message: messageId, source, destination, stage, reason, arrived: at, attempts, trace }
  const lines = Object.entries(facts).flatMap(([name, value]) =>
    value === null ? [] : [`${name.padEnd(12)} ${value}`],
  )
  const held = event ?? body
  return `${lines.join('\n')}\n\n${typeof held === 'string' ? held : JSON.stringify(held, null, 2)}\n`
}
