import type { Row } from '../lake/columns.ts'
import type { ArchivedLine } from '../message/archived-event.ts'

/** A line of bronze as the table `lines` of expectations: what became of a copy, and nothing that it says. */
export function lineRow(line: ArchivedLine): Row {
  const flags = line['flags']
  const refused = line['refusedLinks']
  return {
    source: textOr(line['source']),
    message_id: textOr(line['messageId']),
    canonical_id: textOr(line['canonicalId']),
    outcome: textOr(line['outcome']),
    reason: textOr(line['reason']),
    type: textOr(line['type']),
    received_at: Number(line['receivedAt']),
    late: Array.isArray(flags) && flags.includes('late'),
    refused_links: Array.isArray(refused) && refused.length > 0,
  }
}

function textOr(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
