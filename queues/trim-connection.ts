import type { SourceConfig } from '../shared/config/workspace-config.ts'
import { trimBody, trimEnvelope, UNKNOWN_CONNECTION } from '../shared/enrich/connection.ts'
import type { Unit } from './copy.ts'

/** Of a source that is gone there is nobody who may know where its connections came from. */
const NOBODYS = { connection: { geo: 'none', ip: 'keep' } } as const

/**
 * Takes away what the workspace does not keep of connections, before anything is decided, archived or buried: the edge
 * may have known its settings no better than as they were a moment ago, and the sender may have written an address himself.
 */
export function trimConnection(unit: Unit, source: SourceConfig | 'unknown'): void {
  const { connection = UNKNOWN_CONNECTION } = source === 'unknown' ? NOBODYS : source
  unit.ingest = trimEnvelope(unit.ingest, connection)
  if (connection.ip === 'keep') return
  for (const copy of unit.copies) {
    const body = trimBody(copy.item.body, connection.ip)
    if (body !== copy.item.body) copy.item = { ...copy.item, body }
  }
}
