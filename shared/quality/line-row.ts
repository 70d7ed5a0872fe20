import { textOrNull } from '../kernel/json.ts'
import type { Row } from '../lake/columns.ts'
import type { ArchivedLine } from '../message/archived-event.ts'

/** A line of bronze as the table `lines` of expectations: what became of a copy, and nothing that it says. */
export function lineRow(line: ArchivedLine): Row {
  const flags = line['flags']
  const refused = line['refusedLinks']
  return {
    source: textOrNull(line['source']),
    message_id: textOrNull(line['messageId']),
    canonical_id: textOrNull(line['canonicalId']),
    outcome: textOrNull(line['outcome']),
    reason: textOrNull(line['reason']),
    type: textOrNull(line['type']),
    received_at: Number(line['receivedAt']),
    late: Array.isArray(flags) && flags.includes('late'),
    refused_links: Array.isArray(refused) && refused.length > 0,
  }
}
